"""The pages of the documentation that are printed from the code: each is what the code says, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamplan.compiler.errordoc import errors_page
from streamplan.compiler.specdoc import spec_page
from streamplan.compiler.typedoc import types_page

ROOT = Path(__file__).parent.parent
EXAMPLES = ("upsert", "history", "layout")


def page_of_specs() -> str:
    paths = (ROOT / "specs" / "examples" / f"{name}.yaml" for name in EXAMPLES)
    return spec_page({path.name: path.read_text(encoding="utf-8") for path in paths})


PAGES = {"spec": page_of_specs, "types": types_page, "errors": errors_page}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str, update_golden):
    path, text = ROOT / "docs" / f"{name}.md", PAGES[name]()
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
