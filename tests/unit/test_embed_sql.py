"""What the build makes of SQL files (common/cmake/embed_sql.cmake): an emptied one must not become a statement that does nothing.

Broken once: the script did not look whether a statement is there; every row of the first test was accepted."""

import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", ".")) / "common/cmake/embed_sql.cmake"


def embed(folder, path, text):
    file = folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    command = ["cmake", "-DAREA=own", f"-DFOLDER={folder}", f"-DOUT={folder}/own_sql", "-P", str(SCRIPT)]
    return subprocess.run(command, capture_output=True, text=True)


NOTHING = {
    "empty": "",
    "blank": " \t\n\r\n",
    "comments": "-- Selects an account.\n-- SELECT 1;\n",
    "comment without a line's end": "-- Selects an account.",
    "a block comment": "/* SELECT 1;\n ** of \"all\" [of\\them] **/\n",
    "semicolons": "-- nothing\n;\n ;",
}


@pytest.mark.parametrize("path", ["sql/account_select.sql", "migrations/0001_own.sql"])
@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
def test_a_file_without_a_statement_is_refused_by_its_name(tmp_path, path, text):
    result = embed(tmp_path, path, text)
    assert result.returncode != 0
    assert f"{tmp_path}/{path} has no statement" in " ".join(result.stderr.split())
    assert not (tmp_path / "own_sql.c").exists()


STATEMENTS = ["SELECT 1", "-- Comment; of one\nSELECT '--', \"a\\b\" /* x */;\n", "/* one **/ SELECT 1 /***/"]


@pytest.mark.parametrize("path", ["sql/account_select.sql", "migrations/0001_own.sql"])
@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_is_embedded_as_it_stands(tmp_path, path, text):
    result = embed(tmp_path, path, text)
    assert result.returncode == 0, result.stderr
    literal = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", '\\n"\n    "')
    assert f'"{literal}"' in (tmp_path / "own_sql.c").read_text()
