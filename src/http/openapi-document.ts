// The OpenAPI document as text. It needs the descriptions of all functions, so the build creates it once and replaces
// this module with one that reads the file (scripts/build/ready.ts).
import type { Application } from '../app.ts';
import { openApi } from '../core/openapi.ts';

export async function openApiDocument({
  functions,
  find,
  version,
}: Pick<Application['engine'], 'functions' | 'find' | 'version'>): Promise<string> {
  const placed = await Promise.all(
    Object.entries(await functions()).map(async ([name, { family }]) => {
      const fn = await find(name);
      return fn === undefined ? [] : [{ family, fn }];
    }),
  );
  return JSON.stringify(openApi(version, placed.flat()));
}
