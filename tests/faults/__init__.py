"""The whole city as processes that can be hurt, people who work in it, phones that watch, and
the proof that nothing was lost and nothing came twice.
"""
