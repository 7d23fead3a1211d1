/**
 * What Compose prints while it starts containers, as steps.
 *
 * @module
 */

const LAYERS_EVERY_MS = 10_000;

/**
 * Takes Compose's lines and tells the steps worth showing: images and
 * containers, and now and then how many layers have come. An image has dozens
 * of layers, each with lines of its own.
 *
 * @param now Milliseconds, counting up. @default {performance.now}
 */
export function startProgress(
  onStep: (step: string) => void,
  now: () => number = () => performance.now(),
): (line: string) => void {
  const layers = new Set<string>();
  const complete = new Set<string>();
  let told = now();
  return (line) => {
    const layer = line.match(
      /(\w+) (Pulling fs layer|Already exists|Pull complete)/,
    );
    if (layer) {
      const [, id = "", state] = layer;
      layers.add(id);
      if (state === "Pulling fs layer") return;
      complete.add(id);
      if (now() - told < LAYERS_EVERY_MS) return;
      told = now();
      onStep(
        `${complete.size} of ${layers.size} layers of the images are here`,
      );
    } else if (/\b(Pulling|Pulled|Started|Downloaded)\b/.test(line)) {
      onStep(line.trim());
    }
  };
}
