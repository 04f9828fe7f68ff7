#!/usr/bin/env python3
"""What the model checker Storm says of models that `simulate export prism` wrote.

    storm.py DIRECTORY

For every NAME.prism with its NAME.props writes NAME.answers: a JSON list with a number for each property. Needs stormpy 2.

The environment is Storm's plain one. Its default, the sound one, gets rewards at an instant (`I=t`) of chains in
continuous time wrong: 46.73 instead of 8.15 for a birth-death chain, in stormpy 2.0.0."""
import json
import sys
from pathlib import Path

import stormpy
from stormpy import developer


def answers(path, environment):
    program = stormpy.parse_prism_program(str(path), prism_compatibility=True)
    properties = stormpy.parse_properties(path.with_suffix(".props").read_text(encoding="utf-8"), program)
    model = stormpy.build_model(program, properties)
    (initial,) = model.initial_states
    check = lambda p: stormpy.model_checking(model, p, only_initial_states=True, environment=environment)
    return [check(p).get_value(initial) for p in properties]


def main():
    developer.set_from_exploded_string(["--timebounded:precision", "1e-13"])
    environment = developer.EnvironmentBuilder.build_environment()      # one that heeds these settings
    environment.solver().force_soundness = False
    for path in sorted(Path(sys.argv[1]).glob("*.prism")):
        path.with_suffix(".answers").write_text(json.dumps(answers(path, environment)), encoding="utf-8")


if __name__ == "__main__":
    main()
