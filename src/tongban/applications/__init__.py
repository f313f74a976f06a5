"""Front ends in their real scene. None imports another; what two share moves down."""
