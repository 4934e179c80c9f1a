// Looks into Exim’s file of public suffixes as Exim does.

/** The number of labels of a registry by key: `*.co.uk`. */
export const linesOf = (file: string): ReadonlyMap<string, number> =>
  new Map(file.split('\n').map((line) => [line.split(': ')[0] ?? '', Number(line.split(': ')[1])]));

/** First the name, then “*.” and the name, and then without its first labels. */
export function registered(labels: ReadonlyMap<string, number>, name: string): string {
  const parts = name.split('.');
  const keys = [name, ...parts.map((_, at) => `*.${parts.slice(at).join('.')}`)];
  const found = keys.find((key) => labels.has(key));
  const count = found === undefined ? 1 : (labels.get(found) ?? 0);
  return parts.length > count ? parts.slice(-count - 1).join('.') : name;
}
