"""Tandem: an open-source contact-center CTI and telephony-integration server for Asterisk."""

__version__ = "0.1.0"
