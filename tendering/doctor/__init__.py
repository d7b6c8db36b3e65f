"""What a new operator gets wrong, found before a deadline finds it: `kaibiao doctor`.

`facts` are what was seen, `judgments` what it means (pure), `texts` the words; the probes look.
"""
