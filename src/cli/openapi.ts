// `--openapi`: prints the OpenAPI document of the provided functions.
import { openApiDocument, type DocumentedApi } from '../openapi/document.ts';
import type { Io } from './io.ts';

export async function printOpenApi(api: DocumentedApi, io: Io): Promise<number> {
  const document: unknown = JSON.parse(await openApiDocument(api));
  io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  return 0;
}
