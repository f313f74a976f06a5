"""What the ledger does: record, sequence, sign, rotate its key."""

from tongban.foundation.ledger.actions.recording import record
from tongban.foundation.ledger.actions.resuming import resume
from tongban.foundation.ledger.actions.rotating import rotate_key
from tongban.foundation.ledger.actions.sequencing import sequence, sequence_all
from tongban.foundation.ledger.actions.signing import sign_checkpoint

__all__ = ["record", "resume", "rotate_key", "sequence", "sequence_all", "sign_checkpoint"]
