"""Tests of flows: read, run, reported. ``run_tests(flow, load_tests(text, file_name, flow))``."""

from tandem.ivr.testing.case import FlowTests
from tandem.ivr.testing.case_files import load_tests
from tandem.ivr.testing.report import CaseReport, Failure, Report
from tandem.ivr.testing.runner import run_case, run_tests

__all__ = ["CaseReport", "Failure", "FlowTests", "Report", "load_tests", "run_case", "run_tests"]
