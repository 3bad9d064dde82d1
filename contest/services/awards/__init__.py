"""From the frozen result to the day it is told: its hour, its stage, its reel, its workbook."""
