// The first convolution of the net, as the net itself computes it.

const SIDE = 28;

// Returns for each filter what it finds in an image of 784 pixels, 0 to 255: as many, on one scale, the dark ones raised.
export function mapsOf({ kernels, biases }, pixels) {
  const maps = kernels.map((kernel, i) => mapOf(kernel, biases[i], pixels));
  const brightest = Math.max(...maps.flat(), 1e-6);
  return maps.map((map) => map.map((value) => 255 * Math.sqrt(value / brightest)));
}

function mapOf(kernel, bias, pixels) {
  const half = Math.floor(kernel.length / 2);
  return pixels.map((_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    let sum = bias;
    kernel.forEach((weights, row) => weights.forEach((weight, column) => {
      sum += (weight * pixelAt(pixels, x + column - half, y + row - half)) / 255;
    }));
    return Math.max(0, sum);
  });
}

function pixelAt(pixels, x, y) {
  return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? pixels[y * SIDE + x] : 0;
}
