"""Rules of matters: what a definition may say, what answers must satisfy, what a case may become."""
