"""No shell, no pickle, no text that is run: read from the syntax tree of every source file."""

import ast

import pytest
from pipeline import ROOT
from source_rules import faults

FOLDERS = ("src", "benchmarks", "corpora", "tools")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def test_no_source_file_breaks_a_rule():
    assert len(SOURCES) > 100
    found = {
        f"{path.relative_to(ROOT)}:{fault}"
        for path in SOURCES
        for fault in faults(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads as read",
        "import numpy as n\nn.load(p)",
        "import numpy as n\nn.load(p, allow_pickle=True)",
        "import numpy as n\nn.load(p, allow_pickle=wish)",
        "from numpy import load as fetch\nfetch(p)",
        "import yaml\nyaml.load(text, yaml.SafeLoader)",
        "from yaml import unsafe_load as load\nload(text)",
        "import ruamel.yaml\nruamel.yaml.YAML(typ='unsafe')",
        "from ruamel.yaml import YAML\nYAML(typ='unsafe')",
        "import subprocess as s\ns.run('ls', shell=True)",
        "import subprocess as s\ns.run('ls', shell=maybe)",
        "import subprocess as s\ns.Popen(['ls'], preexec_fn=f)",
        "import os\nos.system('ls')",
        "from os import popen as p\np('ls')",
        "import os\nrun = os.system\nrun('ls')",
        "eval('1')",
        "do = exec\ndo('1')",
        "import pandas as pd\npd.read_pickle(p)",
        "frame.to_pickle(p)",
        "import joblib\njoblib.load(p)",
        "from keras.models import load_model\nload_model(p)",
        "import keras\nkeras.models.load_model(p, safe_mode=False)",
        "import keras\nkeras.config.enable_unsafe_deserialization()",
    ],
)
def test_each_rule_finds_what_it_forbids(source):
    assert list(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.load(p, allow_pickle=False)",
        "import yaml\nyaml.safe_load(text)",
        "import subprocess\nsubprocess.run(['ls'], shell=False)",
        "import re\nre.compile('x')",
        "import joblib\njoblib.Parallel()",
        "model.eval()\ncompiled.compile()",
        "from ruamel.yaml import YAML\nYAML()",
    ],
)
def test_no_rule_finds_what_is_allowed(source):
    assert ast.parse(source)
    assert list(faults(source)) == []
