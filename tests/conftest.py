"""What all Python tests share: the fixture `dunlin_system`, and the services' own words beside a failure."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from dunlin_system import DunlinSystem, dunlin_system  # noqa: E402,F401  (a fixture is used by its name)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, DunlinSystem) and value.folder.exists():
            report.sections.append(("warnings and errors of the services", value.log_errors()))
