// How a dry run shows the change of a file: as a unified diff.
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

export interface Versions {
  readonly path: string;
  /** Null if the file does not exist. */
  readonly before: string | null;
  readonly after: string | null;
  /** True if to hide the content. */
  readonly isSecret: boolean;
}

const NOTHING = '/dev/null';

/** Returns an empty text if both versions are the same. */
export function unifiedDiff({ path, before, after, isSecret }: Versions): string {
  if (before === after) return '';
  const names = [before === null ? NOTHING : path, after === null ? NOTHING : path] as const;
  if (isSecret) return `--- ${names[0]}\n+++ ${names[1]}\n# The content is secret, so it is not shown.\n`;
  return createTwoFilesPatch(...names, before ?? '', after ?? '', undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

/** The lines of a diff, for the preview of a step. */
export function linesOfDiff(diff: string): string[] {
  return diff === '' ? [] : diff.trimEnd().split('\n');
}
