"""The organisers' screens between the frozen result and the stage."""
