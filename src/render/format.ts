// The output formats, and access to their renderers. Only the requested renderer is loaded.
import type { Envelope } from '../core/envelope.ts';

export const formats = ['yaml', 'json', 'jsonpretty', 'xml'] as const;
export type Format = (typeof formats)[number];

/**
 * Formats for the rows and columns of a response’s list. Only the command line has them, because HTTP clients read
 * envelopes.
 */
export const tabularFormats = ['table', 'csv'] as const;
export type TabularFormat = (typeof tabularFormats)[number];

export function isTabular(format: Format | TabularFormat): format is TabularFormat {
  return format === 'table' || format === 'csv';
}

/** Converts an envelope to text: one piece, or several pieces of limited size if the text is long. */
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
