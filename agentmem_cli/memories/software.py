"""Names of software that people say they moved to, which no city is called. Data only."""

from __future__ import annotations

SOFTWARE = (
    r"(?i:airtable|android|angular|ansible|apple music|asana|aws|azure|basecamp|bitbucket|bitwarden|brave|chatgpt"
    r"|chrome|circleci|claude|clickup|confluence|cursor|debian|deezer|discord|django|docker|dropbox|duckdb|edge"
    r"|emacs|evernote|excel|fastmail|fedora|figma|firefox|flask|flutter|freebsd|gcp|ghostty|git|github|gitlab"
    r"|gmail|gnome|google \w+|graphql|grafana|heroku|hey|hubspot|icloud|ios|ipados|iphone|jenkins|jetbrains|jira"
    r"|joplin|kafka|kde|keynote|kotlin|kubernetes|lastpass|libreoffice|linux|linode|logseq|mac|macos|mailchimp"
    r"|mastodon|microsoft \w+|miro|mongodb|ms teams|mysql|neovim|netlify|nextcloud|nixos|node|notion|obsidian"
    r"|onedrive|1password|outlook|postgres(?:ql)?|protonmail|pycharm|pytorch|quickbooks|rails|react|redis|roam"
    r"|ruff|safari|salesforce|servicenow|shopify|signal|sketch|slack|spotify|sqlite|squarespace|substack|svelte"
    r"|swift|tailwind|telegram|tensorflow|terraform|things|tidal|todoist|trello|typescript|ubuntu|uv|vercel|vim"
    r"|visual studio|vs ?code|vue|webpack|wechat|wezterm|whatsapp|windows|wordpress|xero|youtube music|zed|zoom)"
)
"""A pattern. Left out are names that are places too: Amazon, Phoenix, Java, Helsinki, Kingston."""
