"""What a policy promises about its input and output, carried in the metadata of its ONNX file.

The metadata key ``kinesis_contract`` holds one JSON object. Whoever runs the file elsewhere finds
in it the order of the observation, the meaning of the 80 outputs, the rates and the body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from kinesis_app.body.model import CTRL_DT, SIM_DT, model_hash, physics_model
from kinesis_app.body.muscles import muscle_table
from kinesis_app.env.action import ACTION_MAP
from kinesis_app.env.observation import LOOK_AHEAD, TERMS
from kinesis_app.errors import KinesisError

METADATA_KEY = "kinesis_contract"
VERSION = 1
_SHOWN_DIFFERENCES = 6


@dataclass(frozen=True)
class Contract:
    """The terms under which a policy works.

    Attributes:
        version: Of this format.
        observation: Name and size of each observation term, in order.
        look_ahead: Control steps ahead at which the reference is observed.
        action_map: What the 80 outputs mean, see ``env/action.py``.
        muscles: Names of the muscles, in the order of the outputs.
        ctrl_dt: Control step [s].
        sim_dt: Physics step [s].
        model_hash: Of the body it was trained with, see ``body.model.model_hash``.
        card: Free facts for people: ``trained_on``, ``command``, ``steps``, ``date``, ``seed``.
    """

    version: int
    observation: tuple[tuple[str, int], ...]
    look_ahead: tuple[int, ...]
    action_map: str
    muscles: tuple[str, ...]
    ctrl_dt: float
    sim_dt: float
    model_hash: str
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def observation_size(self) -> int:
        """How many numbers the policy sees."""
        return sum(size for _, size in self.observation)

    def to_metadata(self) -> dict[str, str]:
        """Entries for the ONNX file's ``metadata_props``."""
        return {METADATA_KEY: json.dumps(asdict(self))}


def current_contract(card: Mapping[str, Any] | None = None) -> Contract:
    """The contract that this version of the app offers to policies."""
    return Contract(
        version=VERSION,
        observation=tuple((term.name, term.size) for term in TERMS),
        look_ahead=LOOK_AHEAD,
        action_map=ACTION_MAP,
        muscles=muscle_table().names,
        ctrl_dt=CTRL_DT,
        sim_dt=SIM_DT,
        model_hash=model_hash(physics_model()),
        card=dict(card or {}),
    )


def contract_metadata(card: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What an exporter writes into ``metadata_props``: the current contract and the card.

    Args:
        card: JSON-able facts such as ``trained_on``, ``command``, ``steps``, ``date``, ``seed``.
    """
    return current_contract(card).to_metadata()


def parse_contract(text: str, source: str) -> Contract:
    """The contract in the JSON ``text``; ``source`` names the file in errors.

    Raises:
        KinesisError: If it is not JSON, or a part is missing or of the wrong kind.
    """
    try:
        raw = json.loads(text)
        return Contract(
            version=int(raw["version"]),
            observation=tuple((str(name), int(size)) for name, size in raw["observation"]),
            look_ahead=tuple(int(step) for step in raw["look_ahead"]),
            action_map=str(raw["action_map"]),
            muscles=tuple(str(name) for name in raw["muscles"]),
            ctrl_dt=float(raw["ctrl_dt"]),
            sim_dt=float(raw["sim_dt"]),
            model_hash=str(raw["model_hash"]),
            card=dict(raw.get("card", {})),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise KinesisError(f"'{source}': the policy's contract is damaged: {error}.") from None
    except KeyError as error:
        raise KinesisError(f"'{source}': the policy's contract has no {error}.") from None


def check_contract(offered: Contract, source: str) -> None:
    """Refuse a policy whose contract differs from the app's, naming the rows that differ."""
    rows = differences(offered, current_contract())
    if rows:
        more = f"; and {len(rows) - _SHOWN_DIFFERENCES} more" if len(rows) > _SHOWN_DIFFERENCES else ""
        shown = "; ".join(rows[:_SHOWN_DIFFERENCES])
        raise KinesisError(f"'{source}': the policy's contract differs from this app's: {shown}{more}.")


def differences(policy: Contract, app: Contract) -> list[str]:
    """One phrase per difference that keeps the policy from working here; the card may differ."""
    rows: list[str] = []
    for name in (f.name for f in fields(Contract)):
        theirs, ours = getattr(policy, name), getattr(app, name)
        if name == "observation":
            rows += _term_differences(dict(theirs), dict(ours))
            if not rows and theirs != ours:
                rows.append("observation: the same terms in another order")
        elif name == "muscles":
            rows += _muscle_differences(theirs, ours)
        elif name != "card" and not _equal(theirs, ours):
            rows.append(f"{name}: policy {_short(theirs)}, app {_short(ours)}")
    return rows


def _term_differences(theirs: Mapping[str, int], ours: Mapping[str, int]) -> list[str]:
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [
        f"observation {name}: policy {theirs.get(name, 'none')}, app {ours.get(name, 'none')}"
        for name in names
        if theirs.get(name) != ours.get(name)
    ]


def _muscle_differences(theirs: tuple[str, ...], ours: tuple[str, ...]) -> list[str]:
    if len(theirs) != len(ours):
        return [f"muscles: policy {len(theirs)}, app {len(ours)}"]
    wrong = [i for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) if a != b]
    first = f", first at output {wrong[0]}: policy {theirs[wrong[0]]}, app {ours[wrong[0]]}" if wrong else ""
    return [f"muscles: {len(wrong)} of {len(ours)} differ{first}"] if wrong else []


def _equal(a: Any, b: Any) -> bool:
    return abs(a - b) < 1e-9 if isinstance(a, float) else bool(a == b)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
