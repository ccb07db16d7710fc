"""Policies: ONNX networks with a contract that says what they need and what they drive."""

from kinesis_app.policy.contract import Contract, contract_metadata, current_contract
from kinesis_app.policy.library import list_policies, load_policy, policies_dir
from kinesis_app.policy.onnx_policy import OnnxPolicy

__all__ = [
    "Contract",
    "OnnxPolicy",
    "contract_metadata",
    "current_contract",
    "list_policies",
    "load_policy",
    "policies_dir",
]
