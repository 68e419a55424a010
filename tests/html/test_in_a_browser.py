"""What the page does in Chromium."""

import json
from pathlib import Path
from typing import Any

from tests.html import browser
from tinycompile.html.page import page

Report = dict[str, Any]


def test_it_loads_within_a_second_and_nothing_goes_wrong(quantized: Report, tmp_path: Path) -> None:
    timing = "performance.getEntriesByType('navigation')[0].domComplete"
    width = "document.documentElement.scrollWidth"
    found = browser.run(page(quantized, quantized), f"[{timing}, {width}]", tmp_path)
    assert 0 < found[0] < 1000
    assert found[1] <= 1280  # what is wide scrolls in its own box


def test_a_page_that_complains_is_noticed(digits: Report, tmp_path: Path) -> None:
    broken = page(digits).replace(
        '"use strict";', '"use strict"; document.getElementById("none").x;'
    )
    try:
        browser.run(broken, "1", tmp_path)
    except AssertionError as error:
        assert "CONSOLE" in str(error)
    else:
        raise AssertionError("an error of the page went unseen")


def test_tables_sort_rows_are_found_and_the_graph_leads_to_them(
    digits: Report, tmp_path: Path
) -> None:
    script = """(() => {
        const table = document.getElementById("layer-table");
        const shown = () => [...table.tBodies[0].rows].filter((row) => !row.hidden);
        const column = (i) => shown().map((row) => row.cells[i].innerText);
        const heading = table.tHead.rows[0].cells[9];
        heading.click(); const down = column(9);
        heading.click(); const up = column(9);
        table.tHead.rows[0].cells[1].click(); const names = column(1);
        const search = document.getElementById("search");
        search.value = "POOL"; search.dispatchEvent(new Event("input"));
        const found = column(1), said = document.getElementById("found").textContent;
        document.querySelector("[data-layer]").dispatchEvent(new Event("click"));
        const marked = document.querySelector("tr.marked").id;
        return { down, up, names, found, said, marked, all: shown().length };
    })()"""
    made = browser.run(page(digits), script, tmp_path)
    flash = sorted((item["flash_bytes"] for item in digits["layers"]), reverse=True)
    assert [int(cell.replace(",", "")) for cell in made["down"]] == flash
    assert [int(cell.replace(",", "")) for cell in made["up"]] == flash[::-1]
    assert made["names"] == sorted(made["names"], key=str.lower)
    pools = [
        i["title"]
        for i in digits["layers"]
        if "pool" in json.dumps([i["title"], i["kernel"], i["why"], i["refused"]]).lower()
    ]
    assert sorted(made["found"]) == sorted(pools)
    assert made["said"] == f"{len(pools)} of {len(digits['layers'])}"
    assert made["marked"] == digits["layers"][0]["name"]
    assert made["all"] == len(digits["layers"])


def test_it_is_light_or_dark_as_one_likes(digits: Report, tmp_path: Path) -> None:
    script = """(() => {
        const colour = () => getComputedStyle(document.body).backgroundColor;
        const found = [colour()];
        for (let i = 0; i < 2; i++) { document.getElementById("theme").click(); found.push(colour()); }
        return found;
    })()"""
    light, dark, again = browser.run(page(digits), script, tmp_path)
    assert light == again == "rgb(255, 255, 255)"
    assert dark == "rgb(18, 23, 29)"
