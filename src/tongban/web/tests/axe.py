"""What every page is held to in a browser: WCAG 2.2 AA and good practice, as far as axe can tell."""

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # nobody reads what passed, and listing it takes longer than finding what did not
}
