// The values of update settings, as callers write them.

/** A tier or a version: `stable`, `1.4`, `11.110.0.20`. */
export const tierParam = {
  type: 'string',
  lowerCase: true,
  maxLength: 40,
  pattern: {
    matches: /^(?:edge|current|release|stable|lts|\d{1,6}(?:\.\d{1,6}){1,3})$/,
    expects: 'edge, current, release, stable, lts or a version such as 1.4',
  },
} as const;
