"""English words that hold a sentence together and say nothing of what it is about; "not" and "no" do say something."""

_ALL = """
    about after again all also am an and any are as at be because been before being both but by can could did do does
    doing done during each else for from further get gets getting got had has have having he her here hers him his how
    if in into is it its itself just let ll may me might more most much must my myself of off on once one only or other
    our ours out over own per rather really same she should since so some such than that the their theirs them then
    there these they this those through to too until up upon us ve very via was we were what when where whether which
    while who whom whose why will with within would yet you your yours yourself
"""
FUNCTION_WORDS = frozenset(_ALL.split())
