"""Rules of grid."""
