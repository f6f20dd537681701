"""Draw the sample pictures of this folder: strokes of a hand, a pen, paper, light, a camera.

    python images/draw_samples.py

It writes them beside itself, the same ones every time.
"""

from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(__file__).resolve().parent

# Strokes as somebody wrote them once: points "x,y" in percent of the digit's height, y downwards.
STROKES = {
    "0": ["46,5 20,12 7,45 12,82 33,99 58,84 68,50 60,16 42,2 36,8"],
    "1": ["8,34 20,20 31,2 29,40 30,72 28,100"],
    "2": ["6,25 16,7 37,1 56,13 55,34 36,62 6,95 12,96 36,92 68,97"],
    "3": ["10,12 30,1 53,11 52,32 25,46 29,47 56,58 60,82 36,100 6,90"],
    "4": ["36,2 24,30 6,62 30,61 68,58", "50,34 47,66 48,100"],
    "5": ["20,6 16,25 13,45 33,38 56,50 58,76 36,98 6,92", "23,4 42,5 64,0"],
    "6": ["50,0 28,18 10,50 10,80 28,99 50,92 57,70 42,54 20,62 11,76"],
    "7": ["5,10 22,6 62,3 48,30 34,62 24,100"],
    "7 crossed": ["5,10 25,5 64,4 48,34 34,65 25,100", "18,52 40,48 60,47"],
    "8": ["52,14 34,1 14,13 20,34 42,50 58,72 46,96 20,97 10,76 28,52 50,34 54,16"],
    ".": ["17,94 22,98"],
    "9": ["56,20 40,3 16,10 10,34 26,50 46,40 57,18 54,50 50,76 40,100"],
}


def points_of(stroke):
    """Return the points of a stroke as shares of the digit's height, float (n, 2)."""
    return np.array([point.split(",") for point in stroke.split()], float) / 100


def curve(points, steps=24):
    """Return a smooth line through `points`, float (n, 2) (Catmull-Rom)."""
    p = np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.vstack([*parts, p[-1:]])


class Sheet:
    """A sheet of paper that is written on and then photographed; colours are BGR, 0 to 255."""

    def __init__(self, seed, width=900, height=700, paper=(238, 240, 240), grain=2.0):
        self.random = np.random.default_rng(seed)
        self.shape = height, width
        self.picture = np.empty((height, width, 3), np.float32)
        self.picture[:] = paper
        self.picture += self.noise(1)[..., None] * grain + self.noise(40)[..., None] * grain

    def noise(self, size):
        """Return smooth noise (h, w) with spots of about `size` px, mean 0, deviation about 1."""
        height, width = self.shape
        coarse = self.random.normal(size=(height // size + 2, width // size + 2)).astype(np.float32)
        noise = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return noise / noise.std()

    def ruled(self, distance=58, colour=(225, 190, 150), squared=False):
        for y in range(distance, self.shape[0], distance):
            cv2.line(self.picture, (0, y), (self.shape[1], y + 2), colour, 2, cv2.LINE_AA)
        for x in range(distance, self.shape[1], distance) if squared else ():
            cv2.line(self.picture, (x, 0), (x - 2, self.shape[0]), colour, 2, cv2.LINE_AA)
        return self

    def patterned(self, distance=13, colour=(172, 186, 178)):
        """Print waves on it, as on a cheque."""
        x = np.arange(self.shape[1])
        for y in range(-40, self.shape[0] + 40, distance):
            for bend in (14 * np.sin(x / 50 + y / 60), 20 * np.sin(x / 90 - y / 40)):
                line = np.int32(np.stack([x, y + bend], axis=1) * 16)
                cv2.polylines(self.picture, [line], False, colour, 1, cv2.LINE_AA, 4)
        return self

    def write(self, text, x, y, height, pen, ink, slant=0.0, gap=0.22, rise=0.0, grain=0.0):
        """Write digits from (x, y), the top left of the first; pen: width in px, grain: 0 ink to 1 dry chalk."""
        layer = np.zeros(self.shape, np.float32)
        for character in text:
            if character == " ":
                x += 0.5 * height
                continue
            strokes = STROKES["7 crossed" if character == "X" else character]
            size = height * self.random.normal(1, 0.04)
            right = 0.0
            for stroke in strokes:
                points = points_of(stroke)
                line = curve(points + self.random.normal(0, 0.012, points.shape))
                line[:, 0] += slant * (1 - line[:, 1])
                right = max(right, line[:, 0].max())
                self.draw(layer, line * size + (x, y), pen)
            x += (right + gap) * size
            y -= rise * height
        rough = 1 - grain * np.clip(0.55 + 0.6 * self.noise(2) + 0.25 * self.noise(5), 0, 1)
        cover = (cv2.GaussianBlur(layer, (0, 0), 0.6) * rough)[..., None]
        self.picture = self.picture * (1 - cover) + np.array(ink, np.float32) * cover
        return self

    def draw(self, layer, line, pen):
        pressure = 1 + 0.12 * np.sin(np.linspace(0, 5, len(line)) + self.random.uniform(0, 6))
        for a, b, share in zip(line, line[1:], pressure, strict=False):
            ends = [tuple(round(v * 16) for v in point) for point in (a, b)]
            cv2.line(layer, *ends, 1.0, max(1, round(pen * share)), cv2.LINE_AA, 4)

    def light(self, towards=(0.2, 0.1), falloff=0.3, colour=(1.0, 1.0, 1.0), creases=0.0):
        """Light it from `towards` (x, y as shares of the sheet), darker by `falloff` at the far end."""
        height, width = self.shape
        x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
        far = np.hypot(x - towards[0], y - towards[1])
        shade = 1 - falloff * (far / far.max()) ** 1.5 + creases * self.noise(130)
        self.picture *= shade[..., None].astype(np.float32) * np.array(colour, np.float32)
        return self

    def shadow(self, corners, depth=0.4, edge=6):
        """Let a hard shadow fall on the polygon `corners` (shares of the sheet); edge: its blur in px."""
        mask = np.zeros(self.shape, np.float32)
        cv2.fillPoly(mask, [np.int32(np.array(corners) * self.shape[::-1])], 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), edge)
        self.picture *= 1 - depth * mask[..., None]
        return self

    def on_table(self, colour=(60, 80, 105), margin=0.08, turn=3):
        """Lay the sheet on a table, turned by `turn` degrees and seen a little from below."""
        height, width = self.shape
        table = np.empty_like(self.picture)
        table[:] = colour
        table += self.noise(3)[..., None] * 4 + np.roll(self.noise(25), 40, axis=0)[..., None] * 6
        corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
        far = np.float32([[margin + 0.03, margin], [1 - margin - 0.03, margin], [1 - margin, 1.1], [margin, 1.1]])
        turned = cv2.transform(far[None] * (width, height), cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1))
        warp = cv2.getPerspectiveTransform(corners, np.float32(turned[0]))
        sheet = cv2.warpPerspective(self.picture, warp, (width, height), flags=cv2.INTER_AREA)
        inside = cv2.warpPerspective(np.ones(self.shape, np.float32), warp, (width, height))[..., None]
        self.picture = sheet * inside + table * (1 - inside)
        return self

    def photograph(self, name, blur=0.9, noise=2.5, quality=82):
        """Save it as a camera would: a little blur, sensor noise, JPEG."""
        seen = cv2.GaussianBlur(self.picture, (0, 0), blur)
        seen += self.random.normal(0, noise, seen.shape) + self.noise(3)[..., None] * noise / 2
        save(name, np.clip(seen, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])


def save(name, picture, settings=()):
    done, data = cv2.imencode(Path(name).suffix, picture, list(settings))
    assert done, name
    (FOLDER / name).write_bytes(data.tobytes())
    print(f"Saved {name}")


def draw_photos():
    black, blue, red, green, pencil = (38, 34, 34), (150, 62, 38), (48, 42, 190), (70, 120, 40), (120, 118, 118)

    sheet = Sheet(0, 700, 800).write("0", 200, 170, 420, 15, black, slant=0.08)
    sheet.light((0.3, 0.2), 0.35, (0.9, 0.97, 1.0)).photograph("zero.jpg")

    sheet = Sheet(1, 800, 800).ruled(44, (228, 200, 170), squared=True).write("1", 330, 260, 260, 5, blue, slant=0.1)
    sheet.light((0.9, 0.1), 0.3, creases=0.015).photograph("one.jpg")

    sheet = Sheet(2, 800, 700, paper=(205, 208, 210)).write("2", 290, 200, 280, 7, pencil, grain=0.55)
    sheet.light((0.1, 0.8), 0.35).photograph("two.jpg")

    sheet = Sheet(3, 700, 700, paper=(190, 215, 228)).write("3", 230, 140, 380, 19, red, slant=0.05, grain=0.1)
    sheet.light((0.5, 0.3), 0.4, (0.85, 0.95, 1.0)).photograph("three.jpg")

    sheet = Sheet(4, 900, 700).ruled(70).write("4", 380, 205, 215, 6, blue, slant=0.12)
    sheet.light((0.2, 0.2), 0.25).on_table().photograph("four.jpg")

    sheet = Sheet(5, 700, 850).write("5", 210, 220, 380, 13, black, grain=0.1).light((0.7, 0.1), 0.2, (0.92, 0.96, 1.0))
    sheet.shadow([(-0.1, 0.45), (0.55, 0.3), (1.1, 0.9), (1.1, 1.1), (-0.1, 1.1)], 0.45).photograph("five.jpg")

    sheet = Sheet(6, 900, 650, paper=(215, 225, 232)).write("6", 560, 330, 190, 8, green, slant=0.1, grain=0.15)
    sheet.light((0.9, 0.9), 0.45, creases=0.02).photograph("six.jpg")

    board = Sheet(8, 800, 650, paper=(62, 74, 58), grain=4)
    board.write("8", 250, 110, 420, 20, (225, 228, 228), slant=0.1, grain=0.6)
    board.light((0.4, 0.1), 0.3).photograph("eight.jpg")

    sheet = Sheet(9, 600, 600).write("9", 130, 60, 470, 62, (40, 30, 28), grain=0.12)
    sheet.light((0.2, 0.9), 0.3, (0.9, 1.0, 0.98)).photograph("nine.jpg")

    sheet = Sheet(10, 1200, 600).write("0123 456", 150, 250, 120, 5, blue, slant=0.1, gap=0.3, rise=0.03)
    sheet.light((0.1, 0.1), 0.3).on_table((70, 66, 60), 0.06, -2).photograph("phone_number.jpg")

    sheet = Sheet(11, 900, 800, paper=(225, 232, 236))
    sheet.write("123", 200, 170, 170, 9, black, 0.05, 0.4).write("4X68", 190, 450, 165, 9, black, 0.05, 0.35, 0.04)
    sheet.light((0.8, 0.1), 0.4).shadow([(0.6, -0.1), (1.1, -0.1), (1.1, 0.5)], 0.35, 14).photograph("two_rows.jpg")

    sheet = Sheet(13, 640, 170, paper=(206, 216, 208)).patterned().ruled(148, (90, 95, 90))
    sheet.write("12.", 60, 38, 98, 7, black, slant=0.22, gap=-0.08)
    sheet.write("500", 222, 38, 98, 7, black, slant=0.22, gap=-0.08)
    sheet.light((0.1, 0.1), 0.25).photograph("amount.jpg")

    sheet = Sheet(12, 900, 700).ruled(58).light((0.2, 0.3), 0.35, creases=0.03)
    sheet.shadow([(0.5, -0.1), (0.8, -0.1), (0.6, 1.1), (0.3, 1.1)], 0.3, 10).photograph("empty_page.jpg")


def draw_on_screen():
    canvas = np.full((280, 280, 3), 255, np.uint8)
    for stroke in STROKES["7 crossed"]:
        points = np.int32((curve(points_of(stroke)) * 190 + (70, 45)) * 16)
        cv2.polylines(canvas, [points], False, (30, 30, 30), 12, cv2.LINE_AA, 4)
    save("seven.png", canvas)

    alpha = np.zeros((320, 260), np.uint8)
    for stroke in STROKES["2"]:
        points = np.int32((curve(points_of(stroke)) * (250, 230) + (40, 45)) * 16)
        cv2.polylines(alpha, [points], False, 255, 9, cv2.LINE_AA, 4)
    ink = np.zeros((*alpha.shape, 3), np.uint8)
    ink[:] = (140, 60, 20)
    save("transparent_two.png", np.dstack([ink, alpha]))


if __name__ == "__main__":
    draw_photos()
    draw_on_screen()
