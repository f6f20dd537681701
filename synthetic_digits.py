"""Draw handwritten digits, and scribbles that are none, out of strokes: labelled images without a data set.

    python synthetic_digits.py                    saves a sheet of both as models/synthetic_digits.png and shows it

    images, labels = synthetic_digits(1000, seed=0)       uint8 (1000, 28, 28), uint8 (1000,)
    images = scribbles(1000, seed=0)                      uint8 (1000, 28, 28)

DIGITS holds the ways in which people of different countries write each digit, as points that the pen passes. To
teach another way, add a line. Each image takes one of them, bends and slants it as a hand would, and draws it with
a pen of some width; preprocessing.to_mnist brings it into MNIST's form, as it does with what is to be read.
"""

import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

import cv2
import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from preprocessing import to_mnist, trimmed

SHEET = Path(__file__).resolve().parent / "models" / "synthetic_digits.png"

# Points are "x,y" in percent of the digit's height, y downwards; "/" is a corner at the point before it, "|" lifts
# the pen. A curve runs smoothly through the points between.
DIGITS = {
    0: [
        "38,0 14,16 5,50 14,84 36,100 58,84 66,50 58,16 38,0",
        "46,4 20,10 6,46 12,84 34,100 58,86 68,50 60,14 42,1 32,10",
        "44,3 18,12 5,50 14,86 36,100 60,84 66,50 58,16",
        "40,0 20,10 6,50 18,92 38,100 60,80 62,40 50,8 30,4 22,14 30,26",
        "38,0 14,16 5,50 14,84 36,100 58,84 66,50 58,16 38,0 | 68,0 4,100",
        "38,0 14,16 5,50 14,84 36,100 58,84 66,50 58,16 38,0 | 56,18 16,82",
        "54,2 26,8 4,44 8,84 32,99 56,82 62,44 54,10 44,4 34,8",
        "38,0 14,16 5,50 14,84 36,100 58,84 66,50 58,16 38,0 | 78,-14 -8,112",
        "36,14 12,28 6,52 14,78 34,88 58,78 64,50 56,26 36,14 | 74,0 4,100",
        "38,0 14,16 5,50 14,84 36,100 58,84 66,50 58,16 38,0 | 46,-16 26,116",
        "38,6 14,20 5,50 14,84 36,96 58,84 66,50 58,16 38,6 | 90,14 -14,86",
        "54,10 28,0 8,30 8,72 30,98 56,86 64,50 56,22",
        "40,8 16,6 4,40 14,84 40,98 64,70 62,30 40,4 20,14",
        "20,6 40,2 14,20 4,56 20,94 46,96 64,60 52,16 30,6 60,-4",
        "50,14 30,0 8,24 4,66 22,98 50,92 64,56 56,24",
        "34,20 10,34 4,56 16,76 36,80 58,70 66,48 56,26 34,20 | 64,0 14,100",
        "36,16 8,26 0,50 12,76 36,84 66,74 76,48 62,24 36,16 | 52,-4 30,104",
        "34,22 6,34 0,56 16,80 40,82 66,66 70,42 54,22 34,22 | 84,-4 4,104",
        "36,10 10,24 4,54 16,84 40,92 62,72 64,40 50,14 36,10 24,18 | 60,0 20,100",
        "38,20 12,34 4,56 20,80 44,82 66,58 56,30 38,20 | 44,-2 30,104",
        "34,16 6,30 -4,54 14,80 44,80 68,52 56,26 34,16 | 34,-10 34,110",
    ],
    1: [
        "30,0 30,100",
        "44,0 32,50 22,100",
        "30,0 27,50 30,100",
        "16,20 34,0 / 33,50 34,100",
        "4,36 20,22 38,0 / 36,50 34,100",
        "-4,56 16,34 38,0 / 36,40 34,100",
        "-14,74 12,40 38,0 / 35,50 34,100",
        "-20,92 12,50 38,0 / 35,50 36,100",
        "0,44 22,26 40,2 / 30,50 20,100",
        "16,20 34,0 / 34,50 34,100 | 10,100 34,99 58,100",
        "0,40 20,24 34,0 / 34,50 34,100 | 6,100 60,98",
        "18,14 34,0 / 34,100 / 12,100 60,99",
        "30,0 30,100 | 8,100 54,100",
        "10,30 26,24 36,0 / 36,60 34,90 44,100",
        "8,18 24,14 34,0 / 33,100",
        "-24,60 10,36 44,0 / 24,50 4,100",
        "-20,34 14,20 40,0 / 24,50 10,100",
        "-30,70 8,40 40,0 / 34,50 30,100",
        "22,14 34,0 / 34,100 | -14,100 34,98 82,100",
        "20,20 36,0 / 36,60 36,98 | -4,98 76,100",
        "14,34 30,12 44,2 / 44,94 | 4,98 40,95 90,96",
        "10,26 36,0 / 38,96 | 2,94 80,98",
        "-30,100 8,50 50,0 / 40,50 30,100",
        "0,100 24,50 36,0 / 44,50 56,98",
        "-10,60 20,36 40,4 / 30,50 18,100",
        "-20,92 12,50 38,0 / 36,50 36,100 | 6,100 60,98",
        "10,30 26,24 36,0 / 30,60 26,90 32,100 50,94",
        "38,0 26,40 22,80 30,100",
        "24,0 36,30 34,70 24,100",
        "40,0 20,50 42,100",
        "36,0 24,60 20,94 / 50,94",
        "-30,84 4,56 40,0 / 40,98",
        "-34,100 0,70 44,0 / 34,94 44,98",
        "16,6 38,14 42,50 20,100",
        "24,0 20,60 26,94 46,98",
        "30,0 16,50 22,90 40,100",
        "20,0 24,50 22,88 / 50,92",
        "14,10 30,0 34,40 24,100",
        "0,20 30,0 / 30,50 24,96 44,100",
        "36,0 10,96 30,98 50,94",
        "-40,72 0,62 30,36 44,0 / 44,60 54,98",
        "-40,84 4,66 28,40 42,0 / 42,60 44,98",
        "-30,78 10,60 36,20 46,2 42,20 40,60 54,98",
        "-34,70 6,62 34,30 42,4 / 44,96",
        "-30,84 10,60 40,0 / 40,96 | -30,98 46,97",
        "-20,92 20,50 40,0 / 40,84 78,84",
        "0,38 18,10 34,0 42,12 40,50 36,100",
        "-24,80 10,40 30,20 50,0 / 30,96",
        "18,6 34,0 / 34,94 / 50,100",
        "16,8 34,2 / 34,98 | 18,99 54,95",
        "20,10 36,0 / 32,98 / 48,94",
        "22,4 40,0 / 36,96 20,98 / 48,100",
    ],
    2: [
        "6,25 16,7 37,0 56,13 54,34 34,64 6,96 / 36,94 68,98",
        "6,22 20,4 42,0 56,14 50,36 28,66 4,96 / 24,92 44,98 66,94",
        "8,24 20,4 44,1 58,18 50,44 28,76 12,94 5,86 16,80 36,92 66,97",
        "10,30 14,10 36,0 54,12 52,36 32,70 14,92 4,94 6,82 20,82 40,98 64,92",
        "8,10 28,4 56,6 / 32,50 6,96 / 36,94 66,96",
        "6,10 52,4 / 56,14 30,56 6,96 / 64,96",
        "8,26 24,4 50,6 56,28 38,60 10,92 30,90 50,96 68,92",
        "4,34 14,12 40,4 58,20 48,46 22,80 0,96 / 30,90 72,86",
        "12,18 34,0 56,14 46,44 20,72 6,88 / 30,92 60,100",
        "10,26 8,14 30,0 54,8 54,30 30,66 8,98 / 40,94 62,98 66,90",
        "8,22 24,2 48,4 54,28 34,58 12,84 8,96 22,94 26,82 12,80 / 40,92 66,100",
        "28,2 50,10 48,40 24,96 / 64,94",
        "20,30 8,16 28,0 54,10 48,38 12,90 4,98 20,78 34,88 50,100 70,92",
        "2,30 20,6 44,4 50,26 30,60 2,96 / 30,100 70,90",
        "18,20 30,2 50,8 46,40 30,64 8,84 6,98 26,92 30,76 18,74 / 50,96 76,90",
        "10,24 22,4 46,2 54,22 40,50 18,78 6,92 4,80 18,76 36,86 52,96 70,92",
        "14,20 34,2 54,14 44,46 20,80 6,96 2,84 14,76 34,84 66,94",
        "20,26 26,6 48,2 56,22 36,60 14,90 2,94 2,80 20,74 44,86 76,84",
        "16,14 40,0 60,12 48,40 16,70 0,84 12,92 40,86 80,88",
        "30,10 52,0 66,14 48,44 14,76 0,92 30,84 70,84",
        "10,16 30,0 52,8 50,34 28,66 6,86 2,98 16,98 26,86 16,76 6,82 20,90 44,92 64,84",
        "12,22 30,2 52,12 48,40 28,76 10,98 0,86 10,70 30,74 50,94 70,96",
        "20,14 36,0 48,16 36,50 20,88 10,98 / 30,94 50,98",
        "26,0 44,10 40,40 18,90 / 40,94 56,90",
        "4,30 20,4 50,2 62,20 46,52 16,84 0,96 -6,84 10,74 30,84 60,98 84,94",
        "10,40 10,12 40,0 60,16 50,46 24,74 4,92 -4,78 14,66 34,82 54,94 80,88",
        "0,24 24,4 54,6 58,26 36,52 4,84 / 30,78 84,86",
    ],
    3: [
        "10,12 30,0 53,11 50,34 26,46 / 56,56 60,82 36,100 6,90",
        "10,10 34,0 52,14 44,36 24,46 / 48,52 60,74 46,96 18,100 4,90",
        "8,3 32,4 56,3 / 28,40 / 54,50 60,78 38,99 6,92",
        "6,6 54,2 / 24,42 / 52,50 58,80 36,100 8,94",
        "12,12 40,2 54,18 40,42 30,48 52,56 60,78 40,99 8,92",
        "10,12 34,0 54,16 44,40 26,48 22,42 36,44 58,58 56,86 30,100 6,88",
        "14,6 36,2 46,16 34,38 18,46 / 42,50 54,72 36,96 0,98",
        "6,20 22,2 46,4 48,26 20,46 / 56,58 52,92 20,100 2,84",
        "10,8 26,2 50,6 44,24 22,40 / 50,46 62,68 50,92 24,100 2,94 -4,86",
        "14,18 20,4 44,2 50,20 32,40 / 50,50 54,78 32,100 10,90",
        "20,10 40,2 50,14 34,36 20,44 / 46,48 56,70 40,96 14,98 4,88 16,82",
        "16,8 34,0 46,12 40,30 24,40 36,48 52,66 44,92 20,100 6,94",
        "12,14 20,2 44,4 46,24 24,40 46,46 56,66 46,90 18,100 -6,100",
        "2,10 18,2 46,6 / 20,40 / 46,44 62,64 52,90 20,100 0,90",
        "10,14 24,2 44,6 40,22 24,38 44,52 50,76 34,98 8,96",
        "16,4 46,4 / 24,36 / 48,56 44,88 20,100 4,88",
        "8,20 24,0 50,12 44,40 22,46 30,52 54,60 50,94 14,100",
    ],
    4: [
        "36,2 24,30 6,62 / 36,60 68,58 | 50,34 47,66 48,100",
        "30,0 6,60 / 66,58 | 44,30 40,100",
        "34,0 4,54 / 62,52 | 52,20 34,100",
        "10,4 10,30 8,52 / 34,52 62,48 | 58,2 56,50 54,100",
        "10,6 12,46 28,52 56,44 | 58,4 52,60 50,100",
        "54,100 54,50 54,0 / 28,36 4,66 / 68,66",
        "56,0 8,64 / 70,62 | 54,4 52,100",
        "46,100 50,0 / 2,70 / 66,66",
        "12,6 8,38 22,52 44,46 58,6 / 54,60 50,100",
        "8,4 12,44 34,54 54,42 60,4 / 55,60 46,100",
        "44,0 10,56 / 62,50 | 46,28 34,100",
        "24,0 16,26 4,54 10,60 60,52 | 48,24 40,64 42,100",
        "20,2 4,48 22,52 56,46 | 54,8 44,60 36,100",
        "34,0 18,30 6,58 / 30,50 54,46 / 48,74 40,100",
        "44,0 20,30 2,62 / 28,58 56,54 / 52,76 46,100",
        "40,0 14,34 6,60 20,62 46,50 54,44 / 50,70 48,100",
        "30,0 10,40 8,58 26,54 48,42 / 46,70 40,100",
        "50,0 26,24 4,56 / 30,52 60,46 / 50,74 34,100",
        "24,0 10,40 12,58 32,54 52,36 | 56,30 48,66 46,100",
        "40,0 20,30 4,62 / 30,60 58,58 / 48,80 34,100",
        "44,0 24,36 6,66 / 60,62 / 46,100",
        "30,0 6,58 / 40,56 / 52,40 / 44,76 38,100",
        "26,0 10,40 6,60 / 24,62 44,56 54,44 / 46,80 40,100",
        "10,0 4,40 10,56 30,56 50,44 / 62,20 / 50,60 44,100",
        "22,0 8,40 8,58 22,62 40,54 56,30 / 48,66 40,100",
        "38,0 4,60 / 68,60 | 42,36 36,100",
        "30,0 2,66 / 74,62 | 44,44 34,100",
        "52,0 4,72 / 70,70 | 46,50 42,100",
        "40,0 0,56 / 70,50 | 60,20 24,100",
        "10,0 6,50 / 60,44 | 60,0 40,100",
        "46,0 20,40 0,74 / 66,70 / 60,86 52,100",
        "30,0 14,24 2,50 14,62 52,54 / 44,80 20,100",
        "34,0 10,30 6,48 / 50,40 / 40,70 20,100",
        "40,0 12,44 10,60 40,58 | 62,38 44,70 40,100",
        "40,0 6,64 / 70,60 / 64,70 40,100",
        "26,0 8,44 20,60 50,56 66,40 / 52,70 44,100",
        "8,10 4,56 60,50 | 56,6 50,60 50,100",
        "40,0 6,76 / 82,74 | 44,4 58,50 60,100",
        "24,0 10,44 26,56 70,48 | 66,20 64,100",
    ],
    5: [
        "20,6 15,26 13,45 / 33,38 56,50 58,76 36,99 6,92 | 22,4 44,5 64,1",
        "62,3 18,4 / 13,44 / 36,38 58,54 56,82 32,100 4,90",
        "60,4 20,4 / 14,40 / 40,42 56,62 48,90 22,100 2,94",
        "56,4 22,8 14,30 38,46 56,64 48,92 24,100 4,90",
        "54,2 30,6 14,26 28,42 50,54 56,76 40,97 8,98",
        "18,10 15,46 / 40,42 58,62 50,92 24,100 4,92 | 26,0 46,2 68,-5",
        "20,8 15,44 / 36,36 58,52 54,84 30,100 2,90 | 16,2 60,0",
        "16,0 12,44 / 34,34 56,46 58,74 38,96 4,94 | 16,4 58,4",
        "24,14 16,46 / 40,40 52,60 44,88 20,100 0,92 | 26,12 52,8 80,-2",
        "66,0 24,10 / 12,46 / 30,42 46,56 44,84 24,100 4,98",
        "30,12 24,44 / 40,42 50,58 42,84 16,100 0,92 | 28,12 60,8 90,0",
        "20,0 16,40 / 30,36 46,48 48,70 34,94 8,100 | 20,2 80,-4",
        "26,4 20,40 / 40,50 44,70 34,92 4,100 | 26,4 76,2",
        "60,4 34,0 16,14 22,38 44,54 52,76 34,98 4,94",
        "58,0 30,4 / 22,36 46,52 50,76 30,100 2,92",
        "20,4 14,44 / 40,36 60,56 52,90 26,100 8,88 14,76 | 20,4 64,2",
        "62,8 40,2 22,14 24,36 50,56 56,80 36,100 12,92 10,80",
        "70,2 26,4 / 12,36 30,42 50,52 54,78 30,100 -6,96",
        "14,14 10,44 / 36,40 52,60 44,90 16,100 0,92 | 8,10 40,4 70,6",
        "20,30 18,54 / 40,50 54,66 44,92 14,98 | 34,24 60,14 104,4",
        "14,28 10,56 / 30,46 50,56 44,86 10,98 | 30,20 70,10 96,8",
        "24,20 20,48 / 38,66 40,90 10,100 | 30,12 60,12 100,0",
        "54,0 18,26 / 16,38 50,54 / 46,70 6,98",
        "60,0 20,24 / 50,48 / 40,76 4,100",
    ],
    6: [
        "50,0 28,18 10,50 10,80 28,99 50,92 57,70 42,54 20,62 11,78",
        "46,0 24,24 8,60 10,90 30,100 52,86 54,64 36,54 14,72",
        "36,0 14,50 6,80 22,100 46,94 56,74 40,58 14,70 8,82",
        "56,10 44,1 22,16 8,56 14,92 38,100 56,80 46,58 20,62 10,78",
        "44,0 20,30 6,64 14,96 42,98 54,78 40,62 22,66 24,88 34,94",
        "34,0 20,28 12,66 20,98 46,98 56,78 40,64 16,78",
        "68,0 36,16 8,54 6,86 26,100 50,90 50,66 30,60 8,80",
        "40,0 12,40 4,80 24,100 50,84 50,62 30,54 10,64",
        "72,4 40,0 14,30 14,78 36,100 60,86 62,62 36,52 -6,76",
        "36,0 10,40 10,70 30,90 54,98 56,82 30,78 2,90",
        "60,0 26,20 10,60 24,96 52,92 60,72 40,58 0,72",
        "54,4 30,8 10,44 16,90 44,98 62,76 46,58 6,70",
        "30,0 10,30 4,66 18,96 46,98 62,76 52,52 26,50 8,70",
        "40,2 12,30 2,70 20,100 56,94 66,62 44,40 10,60",
        "50,6 30,0 12,30 10,70 26,98 48,90 48,66 28,58 10,74",
        "50,0 24,30 8,64 12,94 36,98 48,80 36,66 16,78",
        "44,0 18,40 4,80 14,99 36,92 40,76 24,72 8,88",
        "30,0 16,40 10,80 20,98 36,90 34,74 20,72 12,82",
        "62,0 30,24 6,62 10,92 34,98 52,80 40,64 14,76",
        "40,0 12,22 2,60 16,94 46,98 66,74 56,50 30,48 6,66",
        "54,4 24,10 2,48 10,88 44,100 68,78 58,52 30,52 8,76",
        "26,0 6,34 4,74 26,100 56,90 62,62 40,46 12,62",
    ],
    7: [
        "5,10 30,6 62,4 / 44,40 24,100",
        "4,6 60,4 / 34,46 28,100",
        "4,4 60,4 / 20,100",
        "6,22 8,6 / 36,7 62,4 / 42,44 26,100",
        "5,10 30,6 62,4 / 44,44 26,100 | 18,52 62,47",
        "2,8 28,10 60,2 / 42,40 28,100 | 12,56 40,50 64,50",
        "4,4 58,4 / 40,50 34,100 | 22,50 62,46",
        "6,24 8,6 / 62,4 / 42,44 26,100 | 16,54 60,48",
        "2,16 12,4 32,10 60,2 / 46,32 38,66 36,100",
        "2,16 12,4 32,10 60,2 / 44,36 34,66 30,100 | 14,60 60,48",
        "8,0 6,14 / 58,10 / 36,60 22,100",
        "8,14 24,2 40,8 58,0 / 38,50 14,100 | 8,44 56,56",
        "0,12 24,4 54,4 56,16 38,50 28,100",
        "2,12 10,2 58,4 / 40,50 34,100 | 4,70 66,62",
        "0,14 14,2 34,12 60,0 / 40,50 30,100 | 8,58 66,56",
        "4,6 56,4 / 38,46 36,100 | 10,62 36,62 64,58",
        "2,20 8,4 34,10 58,2 / 36,56 26,100 | -2,54 58,50",
        "4,10 40,0 64,6 / 40,40 14,94",
        "10,0 44,8 60,20 52,50 30,96",
        "4,14 16,2 34,10 54,2 / 34,40 30,100 | 10,50 54,46",
        "10,10 52,6 / 36,50 34,100 | -4,56 80,50",
        "6,4 60,4 / 36,60 28,100 | 0,66 84,60",
        "4,24 6,4 / 64,4 / 40,60 30,100 | 2,62 76,58",
        "10,12 20,2 34,10 56,0 / 40,40 32,100 | 8,54 70,40",
        "4,30 8,8 / 30,14 60,6 / 42,50 40,100",
        "6,20 14,4 44,8 60,0 / 40,44 12,100 | 8,50 66,54",
        "0,10 50,6 / 40,30 24,60 22,100 | 2,60 50,52",
        "8,10 16,0 30,8 52,2 / 44,50 46,100 | 14,52 74,44",
        "4,0 0,24 / 24,16 56,12 / 38,60 20,100 | 0,60 60,58",
        "0,20 14,4 40,8 56,0 50,30 30,100 | 4,64 66,56",
        "6,26 10,6 50,6 52,16 30,60 20,100 | 0,66 60,60",
        "0,14 16,4 50,8 / 44,40 26,80 34,98 | 6,58 70,54",
        "10,2 4,20 / 20,12 64,4 / 40,56 30,100 | 10,60 70,56",
        "8,14 20,4 44,6 / 40,40 30,100",
        "14,20 20,6 40,4 46,14 36,60 34,100",
        "14,20 28,4 44,10 40,50 24,94 / 8,62 30,64 90,50",
        "12,16 26,4 44,8 44,30 34,96 / 6,60 / 84,50",
        "6,20 20,4 40,14 42,44 22,100 | 0,66 40,60 90,54",
        "10,4 34,10 42,50 4,100 | 40,52 92,52",
        "10,0 46,20 56,46 40,74 6,100",
        "4,10 30,4 50,20 54,44 40,72 14,98",
    ],
    8: [
        "52,14 34,0 14,13 20,34 42,50 58,72 46,96 20,98 10,76 28,52 50,34 53,14",
        "34,48 12,30 18,6 36,0 56,12 52,34 34,48 | 34,48 10,66 14,92 36,100 58,88 56,64 34,48",
        "58,8 38,0 16,12 22,36 46,54 58,76 42,98 18,96 10,74 34,48 56,22 62,8",
        "56,20 44,2 22,2 16,22 34,44 52,66 48,92 26,100 10,84 20,62 44,44 60,26",
        "44,46 60,24 50,2 26,0 14,20 30,42 52,62 54,90 28,100 8,84 20,60 46,44",
        "64,16 48,2 28,6 24,26 40,48 44,74 28,98 8,92 10,72 36,50 62,34 74,18",
        "50,26 56,8 36,0 20,14 28,40 46,62 44,92 24,100 12,82 26,58 50,40 60,20",
        "36,46 18,28 24,6 42,2 54,16 46,36 28,52 8,74 16,96 40,98 52,80 36,50",
        "54,16 40,0 18,8 18,30 44,48 58,70 46,96 20,96 8,78 26,56 44,42",
        "50,4 24,4 16,24 40,44 56,68 40,98 16,94 14,72 40,48 62,12",
        "14,0 24,20 44,46 56,72 40,98 14,92 14,70 34,46 52,20 58,0",
        "60,0 38,8 16,24 34,46 54,70 40,98 12,88 14,64 40,46 56,20 50,6",
        "36,42 16,30 20,8 38,0 54,10 52,32 36,42 | 34,44 4,66 10,94 36,100 62,90 60,62 34,44",
        "50,10 30,0 14,14 26,36 48,56 50,84 30,100 10,88 16,66 40,44 54,24 52,8",
        "60,6 40,4 26,20 34,40 40,60 28,94 10,98 8,80 26,58 50,34 64,14",
        "58,2 34,10 24,28 36,46 40,70 24,98 6,92 10,74 36,50 60,24 62,6",
        "20,10 24,30 44,30 56,4 / 44,30 60,60 50,94 14,92 14,60 44,34",
        "30,10 40,0 54,10 44,28 24,40 8,70 24,98 52,88 50,60 28,40",
    ],
    9: [
        "56,20 40,3 16,8 10,34 26,50 46,42 57,18 / 54,50 52,100",
        "54,22 38,2 14,8 10,36 30,50 50,36 56,14 / 52,56 44,100",
        "54,26 34,2 10,18 16,46 40,46 56,12 / 30,100",
        "56,22 38,2 14,14 12,40 34,50 54,32 58,12 / 60,58 48,92 24,100 8,90",
        "52,10 28,0 8,20 18,46 44,42 56,14 60,50 50,88 26,100 4,92",
        "54,20 34,1 12,18 16,44 38,50 54,32 54,18 | 56,4 54,50 52,100",
        "50,8 26,2 8,24 20,46 44,40 52,10 / 52,60 36,96 8,100 -6,92",
        "52,16 30,0 10,18 22,40 48,30 54,10 / 50,50 40,84 20,100 2,94",
        "58,10 34,0 12,14 20,36 46,36 58,10 / 50,60 30,96 6,84",
        "50,16 30,4 14,22 24,42 46,34 52,14 / 48,60 54,90 68,92",
        "48,40 22,44 12,22 32,0 54,14 56,44 44,84 20,100",
        "50,8 28,0 12,16 22,36 44,38 54,16 52,32 / 46,46 60,66 50,94 22,100 2,90",
        "54,4 30,2 14,20 28,40 48,34 56,8 / 46,46 58,70 40,98 4,96",
        "30,34 52,30 62,12 44,0 28,14 20,50 4,100",
        "44,34 22,40 8,20 26,0 50,6 54,30 58,64 44,96 16,100 2,84",
        "52,6 22,4 10,26 30,40 52,26 54,6 / 60,48 56,84 34,100 4,96",
        "60,2 34,4 16,18 26,38 48,34 58,12 / 54,50 58,84 30,100 0,94",
        "50,14 30,2 12,16 16,34 36,40 52,26 54,8 / 52,50 56,76 40,98 12,94 4,82",
        "52,10 26,4 10,20 22,40 48,32 58,10 / 56,56 50,86 30,100 12,92",
        "46,6 16,2 6,22 24,42 52,36 56,8 / 62,50 56,88 30,100 2,96",
        "58,46 24,50 6,26 28,2 58,12 62,40 50,70 36,100",
        "50,44 20,46 8,22 30,0 56,10 58,40 40,70 44,100",
        "46,30 26,34 18,16 32,2 48,10 44,34 / 52,60 48,88 28,100 14,90 20,78",
        "50,12 26,0 8,20 26,38 48,24 / 54,50 62,74 44,100 0,98",
        "56,12 24,0 4,24 30,40 56,22 54,4 / 58,60 60,98",
        "54,6 20,6 8,26 34,40 54,18 56,4 / 50,40 20,100",
        "22,18 42,2 54,20 38,44 16,40 14,20 34,6 / 56,20 58,70 36,100 2,94",
        "52,20 28,4 10,16 20,40 46,36 60,10 / 40,60 34,100",
        "50,40 20,36 10,16 34,0 60,16 60,46 30,64 8,100",
        "58,20 30,2 8,24 24,46 50,40 58,20 66,60 50,96 20,98 10,84 30,80",
        "58,8 34,4 12,22 10,40 30,42 54,14 / 46,56 36,100",
        "60,0 30,10 8,32 18,46 44,36 60,8 / 48,54 32,100",
        "56,4 24,16 10,34 24,46 46,34 58,10 / 52,60 50,100",
        "54,12 40,2 20,14 10,36 22,46 42,34 54,12 / 44,60 30,100",
        "70,2 36,12 10,34 22,46 46,36 58,16 / 44,60 26,100",
        "52,20 40,6 20,12 10,32 22,44 44,34 54,16 / 54,50 56,100",
        "40,44 10,40 4,22 30,4 66,2 70,18 44,44 34,50 / 46,70 42,100",
        "36,46 12,36 10,14 38,0 60,12 54,34 34,48 / 36,70 38,100",
        "28,58 8,40 18,8 52,2 62,30 42,58 22,58 52,66 58,100",
        "48,12 36,0 22,12 30,30 46,22 50,10 / 38,42 56,70 44,96 22,90",
        "50,14 34,2 20,14 28,34 46,28 / 34,50 52,66 50,90 26,98 14,86",
        "40,8 20,16 30,34 50,26 44,10 / 58,50 52,88 / 4,98",
        "52,10 26,2 14,18 30,38 50,26 / 64,60 58,92 / 0,96",
    ],
}

# Letters and signs that nobody should take for a digit (so no O, I, l, S, Z, b, g, q).
LETTERS = [
    "0,50 100,54",
    "0,40 100,32 | 0,70 100,64",
    "0,100 30,0 / 60,100 | 12,62 48,60",
    "6,0 6,100 | 6,0 44,8 40,42 6,48 | 6,48 54,58 50,94 6,100",
    "6,0 6,100 | 6,0 56,0 | 6,48 44,48 | 6,100 56,100",
    "6,0 6,100 | 6,0 56,0 | 6,46 44,46",
    "6,0 6,100 | 54,0 54,100 | 6,50 54,48",
    "6,0 6,100 | 54,0 6,56 / 56,100",
    "4,0 4,100 / 50,100",
    "0,100 10,0 / 38,70 / 66,0 / 76,100",
    "4,100 4,0 / 52,100 / 52,0",
    "6,100 6,0 / 46,8 44,42 8,50",
    "6,100 6,0 / 46,8 44,42 8,48 / 54,100",
    "0,0 60,0 | 30,0 30,100",
    "6,0 6,70 26,98 48,70 50,0",
    "0,0 28,100 / 56,0",
    "0,0 18,100 / 38,30 / 58,100 / 76,0",
    "4,0 56,100 | 56,0 4,100",
    "0,0 30,46 / 60,0 | 30,46 30,100",
    "70,0 44,30 14,30 2,60 16,90 40,70 56,30 / 60,80 76,100",
    "60,0 40,60 20,96 2,70 8,30 26,16 44,50 64,100",
    "0,101 3,22 17,0 32,10 24,32 10,36 / 35,43 36,65 22,75 6,69",
    "0,8 12,0 25,42 / 47,0 | 25,42 20,84 12,101 15,76 25,44",
    "4,4 16,0 34,60 52,100 | 32,54 4,100",
    "0,20 16,4 74,6 | 22,10 18,100 | 54,8 54,90 66,100",
    "14,20 2,60 18,98 36,60 / 54,98 74,60 60,20",
    "2,100 2,40 / 24,30 32,50 32,100 | 32,50 54,30 62,50 62,100",
    "0,30 20,100 / 40,50 / 60,100 / 80,30",
    "40,30 36,2 20,10 20,100 | 2,44 42,42",
    "30,0 30,100 | 0,50 60,50",
    "30,4 30,96 | 2,20 58,80 | 58,20 2,80",
    "4,16 24,0 44,16 40,36 24,54 24,70 | 24,92 25,94",
    "14,0 10,100 | 44,0 40,100 | 0,34 58,30 | -2,68 56,64",
    "0,60 24,90 / 70,10",
    "0,100 70,0 | 40,0 70,0 / 70,34",
    "30,0 14,96 / 64,34 / -4,36 / 48,96 / 30,0",
    "30,0 60,90 / 0,90 / 30,0",
    "4,4 60,4 / 60,96 / 4,96 / 4,4",
    "54,0 54,100 | 54,50 26,36 6,62 18,96 40,94 54,70",
    "6,0 6,100 | 6,20 30,-2 52,20 44,56 20,68 6,50",
    "10,70 50,60 40,34 18,36 6,66 20,96 52,88",
    "6,30 8,100 | 8,56 24,34 44,32",
    "50,0 6,50 / 50,100",
    "6,0 50,50 / 6,100",
    "0,50 20,20 40,50 60,80 80,50 | 0,80 80,80",
    "0,40 12,20 30,44 50,64 66,40 50,20 30,44 12,64 0,40",
    "8,0 8,100 | 8,56 26,36 44,48 44,100",
    "4,34 6,100 | 6,56 30,34 50,48 52,100",
    "4,34 4,100 | 4,54 20,34 34,46 34,100 | 34,54 52,34 66,46 66,100",
    "4,34 6,80 26,98 46,84 50,34 / 52,100",
    "6,30 6,100 | 6,40 34,26 52,46 34,66 6,62",
    "8,0 8,100 | 44,36 8,66 / 48,100",
    "4,98 26,98 / 22,80 2,50 20,8 50,8 70,48 48,80 / 46,98 70,98",
    "0,30 12,20 70,18 | 22,22 18,98 | 50,22 54,98",
    "56,4 4,4 / 36,48 / 4,96 / 58,96",
    "2,10 6,46 32,62 56,46 60,8 | 32,0 32,100",
    "16,6 4,20 16,34 28,20 16,6 | 64,0 8,100 | 56,66 44,82 56,96 68,82 56,66",
    "40,24 24,2 2,14 6,44 40,96 / 74,44 78,14 56,2 40,24",
    "36,50 44,44 48,56 32,66 20,48 36,26 64,44 56,84 20,86 4,44",
    "64,0 40,46 0,100 | 34,52 74,84",
    "4,100 8,30 26,4 50,12 40,36 18,44 50,56 46,84 20,84",
    "50,6 34,0 22,20 20,100 | 2,40 44,40",
    "0,100 14,20 34,0 50,24 56,100 | 8,60 54,58",
    "0,100 34,0 / 52,100 | 14,66 48,64",
    "66,14 36,0 4,30 6,80 34,100 64,70 68,4 / 66,70 84,100",
    "8,14 34,0 60,16 60,100 | 60,44 24,46 4,72 24,98 60,76",
    "-14,90 20,30 60,4 30,6 6,60 26,98 60,60 66,8 / 62,70 74,98 92,80",
    "60,16 34,0 6,40 20,90 66,90",
    "50,6 16,10 4,50 20,94 58,96",
    "58,0 58,100 | 58,56 30,40 4,68 26,100 58,76",
    "50,42 20,44 4,76 24,98 52,72 66,4 / 60,80 76,100",
    "72,0 56,90 | 58,56 30,46 6,72 20,98 52,80",
    "4,56 60,50 48,8 16,10 4,56 18,94 62,90",
    "0,60 50,40 44,4 14,14 6,70 30,100 66,80",
    "-20,84 40,50 50,10 26,0 10,40 20,90 50,98 80,70",
    "56,8 24,0 12,26 40,46 / 10,60 12,96 60,90",
    "60,2 10,4 / 4,98 / 58,94 | 6,50 44,46",
    "10,4 4,100 | 2,6 60,0 | 8,50 44,46 | 2,98 60,94",
    "4,6 66,0 | 34,4 20,100 | 22,50 56,46",
    "60,6 44,0 30,30 22,90 10,100 | 6,46 56,42",
    "56,10 40,0 26,16 26,100 | 4,42 52,42",
    "10,0 4,100 | 56,0 50,100 | 6,52 54,46",
    "20,0 6,100 / 20,60 40,44 46,60 40,100",
    "0,90 40,20 30,0 18,30 10,100 / 24,58 40,52 40,94 58,92",
    "8,0 4,100 / 6,64 26,46 40,54 42,100",
    "20,0 6,100 | 48,44 14,70 / 52,100",
    "14,0 8,100 / 14,66 36,46 40,58 14,70 / 50,100",
    "0,90 36,16 26,0 14,40 8,100 / 20,66 40,52 34,70 16,72 / 54,98",
    "8,0 4,100 | 60,4 8,54 / 64,98",
    "0,100 4,10 / 4,40 24,4 34,30 32,100 / 36,36 58,4 70,30 68,100",
    "0,20 10,10 12,100 / 16,40 40,8 46,30 44,100 / 50,40 74,8 82,30 82,90 98,96",
    "4,6 4,100 / 8,30 34,2 50,20 50,100 / 54,30 80,2 98,20 98,100",
    "0,100 14,0 / 44,70 / 74,0 / 88,100",
    "4,100 4,0 / 40,60 / 76,0 / 76,100",
    "4,8 4,100 / 8,36 36,4 56,20 56,100",
    "0,20 12,8 14,98 / 18,40 44,6 56,30 58,94 76,92",
    "10,4 0,100 / 16,36 44,4 54,24 44,100",
    "0,100 10,0 / 54,100 / 62,0",
    "10,0 4,100 | 8,4 50,4 54,34 8,50",
    "20,10 10,100 | 0,20 40,0 64,16 50,44 14,48",
    "8,0 4,100 | 6,12 36,0 56,20 40,48 8,44",
    "0,16 16,0 6,100 / 16,20 40,2 52,20 40,52 14,50",
    "10,0 10,100 / 10,40 30,10 60,10",
    "4,4 8,100 | 8,50 30,8 60,14 60,24",
    "0,90 20,10 / 26,30 56,26 / 50,86 74,94",
    "14,6 6,100 | 0,20 40,0 58,20 12,50 / 60,100",
    "24,0 20,80 36,100 54,92 | 0,30 50,28",
    "4,4 4,70 20,98 46,70 54,4 / 52,70 62,100",
    "0,10 12,0 6,70 20,98 50,60 60,0 / 56,80 76,98",
    "0,8 12,2 28,100 / 50,30 58,0",
    "0,0 30,98 / 60,0 74,4",
    "0,4 6,80 24,96 40,60 / 42,10 | 40,60 54,98 76,70 80,4",
    "0,0 16,98 / 36,30 / 54,98 / 76,0",
    "0,10 16,4 36,90 52,98 | 50,4 4,98",
    "70,96 14,24 26,2 44,18 6,72 26,98 66,56",
    "60,40 30,98 4,76 40,30 30,2 14,16 70,98",
    "54,40 40,26 26,48 40,64 54,36 / 60,64 80,50 64,4 20,10 4,56 30,96 72,90",
    "60,14 30,0 8,50 30,100 60,86 | 0,40 46,40 | 0,58 44,58",
    "4,24 20,2 50,10 44,40 24,60 22,76",
    "4,100 4,40 / 40,0 / 76,40 / 76,100 / 4,100",
    "50,50 60,44 64,60 44,68 34,46 50,28 76,40 74,76 40,86 14,60 20,20 60,6",
    "0,50 100,50 | 70,24 100,50 / 70,78",
    "0,26 24,0 / 48,26 | 24,0 24,100",
    "24,0 24,100 | 0,74 24,100 / 48,74",
]

SCALE = 76  # px: how high a digit is drawn before to_mnist makes it 20 px high
MARGIN = 36  # px of room on each side for what a hand bends far out
PEN_WIDTH, PEN_SPREAD = 2.6, 0.33  # of the 20 px that a digit will be high, as MNIST's pens are; of its logarithm
THINNEST_PEN, WIDEST_PEN = 1.3, 5.5  # of the 20 px
FELT_PEN_WIDTHS = 3.5, 9  # of the 20 px: from, to
FELT_PENS = 0.35  # the share of 1s that are written with one; other digits would close up
SPECKS = 0.2  # the share of images with something beside what is drawn
NEIGHBOURS = 0.12  # the share with the edge of a digit beside it
COARSE = 0.1  # the share drawn with few dots


def synthetic_digits(count: int, seed: int | list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` drawn digits: images uint8 (count, 28, 28) in MNIST's form, labels uint8 (count,), 0 to 9."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(np.uint8)
    images = [in_mnists_form(as_found(random, any_digit(random, (label,)))) for label in labels]
    return np.array(images, np.uint8).reshape(count, 28, 28), labels


def scribbles(count: int, seed: int | list[int]) -> np.ndarray:
    """Return `count` images of what is no digit, uint8 (count, 28, 28), in the form that prediction gives it."""
    random = np.random.default_rng(seed)
    images = [in_mnists_form(as_found(random, no_digit(random))) for _ in range(count)]
    return np.array(images, np.uint8).reshape(count, 28, 28)


def in_mnists_form(mask):
    return np.round(to_mnist(trimmed(mask)[1]) * 255)


def one_of(random, choices):
    return choices[random.integers(len(choices))]


# --- the hand ---


def any_digit(random, digits=range(10)):
    """Return one of `digits`, drawn: bool (h, w)."""
    digit = one_of(random, digits)
    pen = felt_pen_width(random) if digit == 1 and random.random() < FELT_PENS else pen_width(random)
    return drawn(random, one_of(random, DIGITS[digit]), pen)


def drawn(random, skeleton, pen, wobble=0.022):
    """Return the strokes of `skeleton` as a hand may write them with a pen about `pen` px wide: bool (h, w)."""
    bend, slant = bending(random), random.normal(0.08, 0.2)
    field = np.zeros((SCALE + 2 * MARGIN, SCALE + 4 * MARGIN), np.uint8)
    for parts, points in strokes_of(skeleton):
        points = points + random.normal(0, wobble, points.shape) + random.normal(0, 0.02, 2)
        line = written(curve(parts, points), bend, slant)
        first, last = random.integers(0, 3, 2)
        draw(field, line[first : len(line) - last], pen * (1 + 0.15 * random.normal()))
    return field > 0


def bending(random):
    """Return the numbers that turn a copybook digit into one hand's: turn, width and five kinds of bending."""
    return np.concatenate([random.normal(0, (0.08, 0.25), 2), random.normal(0, (0.1, 0.1, 0.08, 0.08, 0.1), 5)])


def written(line, bend, slant):
    """Return `line`, float (n, 2) in heights, slanted, bent and turned."""
    turn, width, a, b, c, d, e = bend
    x, y = line[:, 0] - 0.32, line[:, 1] - 0.5
    x, y = x * np.exp(width) + a * (y * y - 0.08) + c * x * y * 2, y + b * (x * x - 0.03) * 2 + d * x * y * 2
    y = y + e * (y * y - 0.08)
    x = x - slant * y
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


def pen_width(random):
    """Return a width in px as it is drawn, at SCALE."""
    width = PEN_WIDTH * np.exp(random.normal(0, PEN_SPREAD))
    return float(np.clip(width, THINNEST_PEN, WIDEST_PEN)) * SCALE / 20


def felt_pen_width(random):
    """Return a width in px with which a 1 may be half as wide as it is high."""
    return random.uniform(*FELT_PEN_WIDTHS) * SCALE / 20


def as_found(random, mask):
    """Return `mask`, bool (h, w), as it is cut out of a picture: at times with something beside it, or coarse."""
    mask = trimmed(mask)[1]
    if random.random() < SPECKS:
        mask = with_specks(random, mask)
    if random.random() < NEIGHBOURS:
        mask = with_neighbour(random, mask)
    return coarse(random, mask) if random.random() < COARSE else mask


def with_specks(random, mask):
    """Add what lies about on paper: dots, and ends of other strokes and of ruled lines."""
    field = np.pad(mask, int(random.integers(0, 8))).astype(np.uint8)
    h, w = field.shape
    for _ in range(random.integers(1, 4)):
        start = np.array([random.integers(w), random.integers(h)])
        if random.random() < 0.5:  # at an edge
            side = random.integers(2)
            start[side] = one_of(random, (0, (w, h)[side] - 1))
        end = start + random.normal(0, 8, 2)
        cv2.line(field, start.tolist(), end.astype(int).tolist(), 1, int(random.integers(2, 9)))
    return field > 0


def with_neighbour(random, mask):
    """Add the edge of a digit, as it stays where digits are cut out of a line of them."""
    other = trimmed(any_digit(random))[1]
    h, w = mask.shape
    width, gap, lower = int(random.integers(3, 16)), int(random.integers(2, 14)), round(h * random.uniform(-0.5, 0.5))
    order = one_of(random, (1, -1))  # -1: to its left, which is to its right with both mirrored
    edge = other[:, ::order][max(0, -lower) : h - lower, :width]
    field = np.pad(mask[:, ::order], ((0, 0), (0, gap + width)))
    field[max(0, lower) :, w + gap :][: edge.shape[0], : edge.shape[1]] = edge
    return field[:, ::order]


def coarse(random, mask):
    """Return `mask` as a scanner that makes a digit 10 to 20 dots high would see it."""
    dots = random.uniform(10, 20) / max(mask.shape)
    if dots * min(mask.shape) <= 0.5:
        return mask  # of a line so thin nothing would be left
    grey = cv2.resize(mask.astype(np.float32), None, fx=dots, fy=dots, interpolation=cv2.INTER_AREA)
    size = mask.shape[::-1]
    return cv2.resize((grey > random.uniform(0.3, 0.6)).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def draw(field, line, pen):
    centre = field.shape[1] / 2, field.shape[0] / 2
    points = np.round((line * SCALE + centre) * 16).astype(np.int32)
    cv2.polylines(field, [points], False, 255, max(1, round(pen)), cv2.LINE_8, 4)


@cache
def strokes_of(skeleton):
    """Parse a skeleton into its strokes: for each the indices of its smooth parts, and its points, float (n, 2)."""
    strokes = []
    for stroke in skeleton.split("|"):
        parts, points = [[]], []
        for word in stroke.split():
            if word == "/":
                parts.append([len(points) - 1])  # the next part begins at the corner
            else:
                parts[-1].append(len(points))
                points.append([float(number) / 100 for number in word.split(",")])
        strokes.append((tuple(parts), np.array(points)))
    return strokes


def curve(parts, points):
    """Return a stroke of strokes_of as a line, float (samples, 2)."""
    return np.concatenate([smooth_through(len(part)) @ points[part] for part in parts])


@cache
def smooth_through(count, steps=9):
    """Return the matrix (samples, count) that turns `count` points into a curve through them (Catmull and Rom 1974)."""
    if count < 3:
        return np.stack([np.linspace(1, 0, steps), np.linspace(0, 1, steps)], axis=1)[:, :count]
    t = np.linspace(0, 1, steps, endpoint=False)
    weights = 0.5 * np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], 1)
    matrix = np.zeros(((count - 1) * steps + 1, count))
    for segment in range(count - 1):
        for k in range(4):
            point = min(max(segment - 1 + k, 0), count - 1)
            matrix[segment * steps : (segment + 1) * steps, point] += weights[:, k]
    matrix[-1, -1] = 1
    return matrix


# --- what is no digit; each returns bool (h, w) ---


def no_digit(random):
    """Return something of a random kind; lines and patches are never narrow, for that might be a 1."""
    kind = one_of(random, NO_DIGITS)
    mask = trimmed(kind(random))[1]
    while kind in (random_line, outlined, blob, shape, crossing_lines) and mask.shape[1] < 0.55 * mask.shape[0]:
        mask = trimmed(kind(random))[1]
    return mask


def letter(random):
    return drawn(random, one_of(random, LETTERS), pen_width(random), wobble=0.03)


def turned_digit(random):
    """A digit on its side; a 4 or a 5 might be a 5 or a 4."""
    return np.rot90(any_digit(random, (3, 7, 8)), one_of(random, (1, 3)))


def mirrored_digit(random):
    return any_digit(random, (3, 4, 7))[:, ::-1]


def run_together(random):
    """Two digits, or more, that touch."""
    digits = [trimmed(any_digit(random))[1] for _ in range(random.integers(2, 4))]
    height = max(digit.shape[0] for digit in digits)
    overlap = int(random.integers(0, 14))
    field = np.zeros((height, sum(max(8, digit.shape[1]) for digit in digits)), bool)
    x = 0
    for digit in digits:
        field[: digit.shape[0], x : x + digit.shape[1]] |= digit
        x += max(8, digit.shape[1] - overlap)
    return field


def random_line(random):
    """A line through points anywhere, and so many that it is hardly a digit."""
    field = np.zeros((SCALE + 2 * MARGIN, SCALE + 2 * MARGIN), np.uint8)
    for _ in range(random.integers(1, 4)):
        count = int(random.integers(8, 13))
        draw(field, smooth_through(count) @ random.uniform(-0.5, 0.5, (count, 2)), pen_width(random))
    return field > 0


def outlined(random):
    """A closed line with strokes or a letter in it, or strokes that lead out of it: a face, an eye, a sign, a sun."""
    field = np.zeros((SCALE + 2 * MARGIN, SCALE + 2 * MARGIN), np.uint8)
    corners, pen = int(random.integers(3, 10)), pen_width(random)
    angles = np.arange(corners) * 2 * np.pi / corners + random.uniform(0, 2 * np.pi)
    reach = random.uniform(0.3, 0.5, 2) * np.exp(random.normal(0, 0.07, (corners, 1)))
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach
    ring = ring[np.arange(corners + 3) % corners]  # on past its beginning, so that a curve through it closes
    draw(field, smooth_through(len(ring)) @ ring if random.random() < 0.7 else ring, pen)
    kind = random.random()
    if kind < 0.3:
        for parts, points in strokes_of(one_of(random, LETTERS)):
            draw(field, (curve(parts, points) - (0.3, 0.5)) * random.uniform(0.35, 0.5), 0.8 * pen)
        return field > 0
    for _ in range(random.integers(3, 6)):
        corner = one_of(random, ring)
        if kind < 0.8:
            start = corner * random.uniform(0, 0.65)
            end = start + random.normal(0, 0.12, 2)
        else:
            start, end = corner, corner * random.uniform(1.3, 1.7)
        draw(field, np.stack([start, end]), pen * random.uniform(0.6, 1))
    return field > 0


def blob(random):
    """A patch of some texture, as it is cut out of a photo of things."""
    size = int(random.integers(3, 9))
    coarse = random.normal(size=(size, int(random.integers(3, 9)))).astype(np.float32)
    smooth = cv2.resize(coarse, None, fx=80 / size, fy=80 / size, interpolation=cv2.INTER_CUBIC)
    smooth += 0.3 * random.normal() * cv2.resize(random.normal(size=(20, 20)).astype(np.float32), smooth.shape[::-1])
    count, labels, stats, _ = cv2.connectedComponentsWithStats((smooth > random.uniform(-0.3, 0.5)).astype(np.uint8))
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if count > 1 else 0
    return labels == largest


def shape(random):
    """A filled polygon, star or ellipse."""
    field = np.zeros((100, 100), np.uint8)
    corners = int(random.integers(3, 11))
    angles = np.arange(corners) * 2 * np.pi / corners + random.normal(0, 0.2) + random.normal(0, 0.1, corners)
    reach = np.where(np.arange(corners) % 2, random.uniform(0.35, 1), 1)[:, None] * random.uniform(20, 48, 2)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach + 50
    if random.random() < 0.25:
        cv2.ellipse(field, (50, 50), tuple(int(v) for v in random.integers(22, 48, 2)), 0, 0, 360, 255, -1)
    else:
        cv2.fillPoly(field, [np.int32(points)], 255)
    return field > 0


def crossing_lines(random):
    """Straight lines, as of a table, a window, a fence; three or four of them might be a 1, a 4 or a 7."""
    field = np.zeros((110, 110), np.uint8)
    for _ in range(random.integers(5, 9)):
        ends = random.integers(0, 110, (2, 2))
        if random.random() < 0.6:
            ends[1, random.integers(2)] = ends[0, random.integers(2)]
        start, end = ([int(v) for v in point] for point in ends)
        cv2.line(field, start, end, 255, max(1, round(pen_width(random))))
    return field > 0


NO_DIGITS = (
    letter,
    letter,
    letter,
    letter,
    letter,
    letter,
    turned_digit,
    mirrored_digit,
    run_together,
    random_line,
    outlined,
    outlined,
    blob,
    shape,
    crossing_lines,
)


def main():
    figure = sheet()
    SHEET.parent.mkdir(exist_ok=True)
    figure.savefig(SHEET, dpi=100)
    print(f"Saved {SHEET.relative_to(Path.cwd()) if SHEET.is_relative_to(Path.cwd()) else SHEET}")
    if matplotlib.get_backend().lower() != "agg":  # agg: there is no display
        plt.show()


def sheet():
    """Return a figure of 200 digits and 200 scribbles."""
    images, labels = synthetic_digits(1000, seed=0)
    digits = np.vstack([np.hstack(images[labels == digit][:20]) for digit in range(10)])
    no_digits = np.vstack([np.hstack(row) for row in scribbles(200, seed=0).reshape(10, 20, 28, 28)])
    figure, axes = plt.subplots(1, 2, figsize=(14, 4), layout="constrained", num="Synthetic digits")
    for axis, images, title in zip(axes, (digits, no_digits), ("Digits", "No digits"), strict=True):
        axis.imshow(images, cmap="gray_r")
        axis.set_title(title)
        axis.set_axis_off()
    return figure


if __name__ == "__main__":
    main()
