"""Pages of matters: the public's, the applicant's, the desk's."""
