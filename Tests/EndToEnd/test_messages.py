"""What single messages say: where, what, and what would be right."""
import re

import pytest

from harness import ROOT, run


def check(path, code=2):
    result = run("check", "--config", path)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


def test_a_word_for_yes_is_told_to_be_true(gateways):
    gateway = gateways()
    text = gateway.path.read_text()
    gateway.path.write_text(re.sub(r"allow_unreleased: *true", "allow_unreleased: yes", text))
    assert "'yes' means different things to different YAML readers; quote it for a text, or write true" in check(gateway.path)
    gateway.path.write_text(re.sub(r"allow_unreleased: *true", "allow_unreleased: off", text))
    assert "or write false" in check(gateway.path)


def test_an_empty_configuration_is_named(tmp_path):
    (tmp_path / "gateway.yaml").write_text("")
    told = check(tmp_path / "gateway.yaml")
    assert "gateway.yaml:1:1: error: the file is empty; it must be a mapping of listen" in told


EXPERIMENT = {"id": "tone", "prompt": "greeting", "status": "running", "variants": [
    {"name": "a", "weight": 1}, {"name": "b", "weight": 1, "prompt": "greeting@9.9.9"}]}


@pytest.mark.parametrize("change, word", [
    ({}, "variants[1].prompt: variant 'b': "), ({"prompt": "greting"}, "prompt: no prompt is named 'greting'"),
])
def test_an_experiment_s_fault_has_its_own_file_and_line(gateways, change, word):
    gateway = gateways(experiments={"tone": {**EXPERIMENT, **change}})
    lines = (gateway.folder / "experiments/tone.yaml").read_text().splitlines()
    told = check(gateway.path)
    found = re.search(rf"experiments/tone\.yaml:(\d+):\d+: error: experiments\.tone\.{re.escape(word)}", told)
    assert found, told
    assert ("9.9.9" if not change else "greting") in lines[int(found[1]) - 1]


def test_a_missing_folder_of_prompts_has_the_line_that_names_it(gateways):
    gateway = gateways({"prompts": {"path": "no-such-folder"}})
    told = check(gateway.path)
    found = re.search(r"gateway\.yaml:(\d+):\d+: error: prompts\.path: cannot open the folder", told)
    assert found, told
    assert "no-such-folder" in gateway.path.read_text().splitlines()[int(found[1]) - 1]


def test_a_list_that_is_given_twice_is_joined_with_a_comma():
    told = run("prices", "reconcile", "x.csv", "--map", "a=b", "--map", "c=d")
    assert told.returncode == 2 and "--map is given twice; join the values with a comma: --map a=b,…" in told.stderr
    told = run("costs", "--month", "2026-11", "--month", "2026-10")
    assert told.returncode == 2 and "--month is given twice; leave one out" in told.stderr


def test_the_program_s_own_invented_prices_are_no_findings():
    told = run("prices", "check", "--config", ROOT / "config/gateway.yaml")
    assert "simulated/" not in told.stdout, told.stdout
