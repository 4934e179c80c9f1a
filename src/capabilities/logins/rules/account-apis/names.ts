// The parameters that name a function of UAPI or API 2.

const name = {
  matches: /^[A-Za-z]\w{0,63}$/,
  expects: 'a name of letters, digits and “_”, such as',
} as const;

export const moduleParam = {
  type: 'string',
  pattern: { ...name, expects: `${name.expects} DomainInfo` },
  doc: 'The module, with upper and lower case as in its name: DomainInfo.',
} as const;

export const functionParam = {
  type: 'string',
  pattern: { ...name, expects: `${name.expects} list_domains` },
  doc: 'The function, with upper and lower case as in its name: list_domains.',
} as const;

/** This server has no temporary domains, so there are none to hide. */
export const temporaryDomains = {
  type: 'flag',
  default: 0,
  doc: '1: leave out temporary domains.',
  noEffectReason: 'This server has no temporary domains.',
} as const;
