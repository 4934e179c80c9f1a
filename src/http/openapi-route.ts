// GET /openapi.json. The document is public: it is the same on all servers with this version of the program. It is
// rendered and compressed once and shared by all responses.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openApiDocument, type DocumentedApi } from '../openapi/document.ts';

/** One form of the document, ready to be sent. */
interface Representation {
  readonly body: Buffer;
  readonly etag: string;
}

interface Prepared {
  readonly plain: Representation;
  readonly compressed: Representation;
}

export function addOpenApi(server: FastifyInstance, api: DocumentedApi): void {
  let prepared: Promise<Prepared> | undefined;
  server.get('/openapi.json', {
    // Runs after the server’s own hook, which forbids caching. This response may be cached and revalidated by its tag.
    onSend: async (_request, reply) => {
      reply.header('cache-control', 'public, no-cache');
    },
    handler: async (request, reply) => {
      // Built on the first request, because most servers never get one.
      prepared ??= prepare(api);
      return send(request, reply, await prepared);
    },
  });
}

function send(request: FastifyRequest, reply: FastifyReply, { plain, compressed }: Prepared): FastifyReply {
  const isCompressed = acceptsGzip(request.headers['accept-encoding'] ?? '');
  const { body, etag } = isCompressed ? compressed : plain;
  reply.headers({ etag, vary: 'accept-encoding' });
  if (hasTag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (isCompressed) reply.header('content-encoding', 'gzip');
  return reply.type('application/json; charset=utf-8').send(body);
}

/** `gzip`, `gzip;q=0.5` or `*`, but not with a weight of 0 (RFC 9110, section 12.5.3). */
function acceptsGzip(accepted: string): boolean {
  const weights = new Map(
    accepted
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [coding = '', ...parameters] = part.split(';').map((word) => word.trim());
        const weight = parameters.find((one) => one.startsWith('q='))?.slice(2) ?? '1';
        return [coding, Number(weight)] as const;
      }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

function hasTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}

async function prepare(api: DocumentedApi): Promise<Prepared> {
  const body = Buffer.from(await openApiDocument(api));
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return {
    plain: { body, etag: `"${hash}"` },
    compressed: { body: await promisify(gzip)(body, { level: 9 }), etag: `"${hash}-gzip"` },
  };
}
