"""The shipped policies: a folder of ONNX files and a manifest that names the default."""

from __future__ import annotations

import difflib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from kinesis_app.errors import KinesisError
from kinesis_app.policy.contract import Contract, current_contract, differences
from kinesis_app.policy.onnx_policy import OnnxPolicy, read_contract, read_policy
from kinesis_app.shipped import shipped_folder


@dataclass(frozen=True)
class PolicyInfo:
    """What the list of policies shows of one.

    Attributes:
        name: To be given to ``load_policy``.
        path: The ONNX file.
        n_bytes: Its size.
        sha256: Its hash.
        contract: Its contract and card; None if it cannot be read.
        problem: Why it cannot be used here, or an empty string.
        is_default: Whether it drives the human when none is named.
    """

    name: str
    path: Path
    n_bytes: int
    sha256: str
    contract: Contract | None
    problem: str
    is_default: bool


def policies_dir() -> Path:
    """The folder of shipped policies; the environment variable KINESIS_POLICIES moves it."""
    moved = os.environ.get("KINESIS_POLICIES")
    return Path(moved) if moved else shipped_folder("policies")


def default_policy_name() -> str:
    """The name under ``default`` in the manifest, or the only policy there is.

    Raises:
        KinesisError: If there is no policy, or several and none is named.
    """
    names = _names()
    named = _manifest().get("default")
    if named is not None:
        return str(named)
    if len(names) == 1:
        return names[0]
    folder = policies_dir()
    if not names:
        raise KinesisError(
            f"There is no policy in '{folder}'. Train one with python -m training.ppo, or name a file."
        )
    raise KinesisError(
        f"'{folder}' has {len(names)} policies and no default: name one of {', '.join(names)}."
    )


def load_policy(name_or_path: str | Path | None = None) -> OnnxPolicy:
    """Load a policy by shipped name or by path; None loads the default.

    Raises:
        KinesisError: See ``read_policy``; or if the name is unknown.
    """
    return read_policy(policy_path(name_or_path))


def policy_path(name_or_path: str | Path | None = None) -> Path:
    """The file of a policy by shipped name or by path; None: of the default.

    Raises:
        KinesisError: If the name is unknown; that a path exists is not looked at.
    """
    name = str(name_or_path) if name_or_path is not None else default_policy_name()
    shipped = policies_dir() / f"{name}.onnx"
    is_path = name.endswith(".onnx") or "/" in name or os.sep in name
    if not is_path and shipped.is_file():
        return shipped
    if is_path or Path(name).is_file():
        return Path(name)
    raise KinesisError(_unknown(name))


def list_policies() -> list[PolicyInfo]:
    """The shipped policies by name; those that do not work here say why."""
    try:
        default = default_policy_name()
    except KinesisError:
        default = ""
    return [_describe(policies_dir() / f"{name}.onnx", default) for name in _names()]


def _names() -> list[str]:
    folder = policies_dir()
    return sorted(path.stem for path in folder.glob("*.onnx")) if folder.is_dir() else []


def _manifest() -> dict[str, object]:
    path = policies_dir() / "manifest.yaml"
    if not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KinesisError(f"'{path}' is not readable YAML: {str(error).splitlines()[0]}.") from None
    if content is not None and not isinstance(content, dict):
        raise KinesisError(f"'{path}' must hold keys such as 'default: NAME'.")
    return content or {}


def _unknown(name: str) -> str:
    names = _names()
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:5]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"Policy '{name}' is neither in '{policies_dir()}' nor a file.{hint}"


def _describe(path: Path, default: str) -> PolicyInfo:
    contract, problem, content = None, "", path.read_bytes()
    try:
        contract = read_contract(path)
        problem = "; ".join(differences(contract, current_contract()))
    except KinesisError as error:
        problem = str(error)
    digest = hashlib.sha256(content).hexdigest()
    return PolicyInfo(path.stem, path, len(content), digest, contract, problem, path.stem == default)
