// Writes the responses of several servers to one stream, each with its server's name.
// YAML: one document per response. JSON: one object per response, on a single line in the compact format. XML: one
// document, <hosts>, with an element <host name="..."> per response. In YAML and JSON, the object has the key `host`
// besides `metadata` and `data`. A response without an envelope is under `answer`.
import type { Envelope } from '../core/envelope.ts';
import type { Hash, Value } from '../core/values.ts';
import { loadRenderer, type Format } from '../render/format.ts';
import type { RemoteHost } from './hosts.ts';

export interface FleetOutput {
  readonly before: string;
  readonly answer: (host: RemoteHost, envelope: Envelope) => Iterable<string>;
  readonly after: string;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export async function fleetOutput(format: Format): Promise<FleetOutput> {
  const render = await loadRenderer(format);
  if (format !== 'xml') {
    return { before: '', after: '', answer: (host, envelope) => render(withHost(host, envelope)) };
  }
  return {
    before: `${DECLARATION}<hosts>\n`,
    *answer({ label }, envelope) {
      // A label contains no characters that need escaping.
      yield `<host name="${label}">\n`;
      let isFirst = true;
      for (const piece of render(envelope)) {
        yield isFirst ? piece.replace(DECLARATION, '') : piece;
        isFirst = false;
      }
      yield '</host>\n';
    },
    after: '</hosts>\n',
  };
}

function withHost({ label: host }: RemoteHost, { metadata, data, flat }: Envelope): Envelope {
  const parts: Hash =
    flat === true
      ? { host, answer: data ?? {} }
      : { host, metadata: metadata as unknown as Value, ...(data === undefined ? {} : { data }) };
  return { metadata, data: parts, flat: true };
}
