"""What the ledger does: record, sequence, sign, ask witnesses, rotate its key, erase by schedule, compare at night."""

from tongban.foundation.ledger.actions.checking import check, explain_finding
from tongban.foundation.ledger.actions.conditions import SEQUENCER, note_condition
from tongban.foundation.ledger.actions.erasing import erase_again, erase_due
from tongban.foundation.ledger.actions.overdue import note_overdue
from tongban.foundation.ledger.actions.recording import record
from tongban.foundation.ledger.actions.resuming import resume
from tongban.foundation.ledger.actions.rotating import rotate_key
from tongban.foundation.ledger.actions.sequencing import sequence, sequence_all
from tongban.foundation.ledger.actions.signing import sign_checkpoint
from tongban.foundation.ledger.actions.thinning import thin_checkpoints
from tongban.foundation.ledger.actions.witnessing import Rounds

__all__ = [
    "SEQUENCER",
    "Rounds",
    "check",
    "erase_again",
    "erase_due",
    "explain_finding",
    "note_condition",
    "note_overdue",
    "record",
    "resume",
    "rotate_key",
    "sequence",
    "sequence_all",
    "sign_checkpoint",
    "thin_checkpoints",
]
