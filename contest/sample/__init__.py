"""The sample contest: the reference rules with dates around today, twenty units, drawn clips.

``planting`` stores the contest and asks for one ``sample.clip`` job for each clip; the jobs draw it
(``drawing``) and hand it in through the same services that a unit's phone goes through.
"""
