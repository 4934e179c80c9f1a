// The output formats, and the door to their renderers: only the one that is asked for is loaded.
import type { Envelope } from '../core/envelope.ts';

export const formats = ['yaml', 'json', 'jsonpretty', 'xml'] as const;
export type Format = (typeof formats)[number];

/** Rows and columns of a response’s list. Only the command line has them: a server’s clients read envelopes. */
export const tabularFormats = ['table', 'csv'] as const;
export type TabularFormat = (typeof tabularFormats)[number];

export function isTabular(format: Format | TabularFormat): format is TabularFormat {
  return format === 'table' || format === 'csv';
}

/** One envelope in, its text out: in one piece, or in several of bounded size where there is a lot of it. */
export type Render = (envelope: Envelope) => Iterable<string>;

const loaders: Record<Format, () => Promise<Render>> = {
  yaml: async () => (await import('./yaml.ts')).renderYaml,
  json: async () => (await import('./json.ts')).renderJson,
  jsonpretty: async () => (await import('./json.ts')).renderJsonPretty,
  xml: async () => (await import('./xml.ts')).renderXml,
};

export async function loadRenderer(format: Format): Promise<Render> {
  return loaders[format]();
}
