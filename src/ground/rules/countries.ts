// Codes of countries.

/** Addresses that belong to no known country. */
export const UNKNOWN_COUNTRY = 'ZZ';

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** The name in English. Undefined for what is not the code of a country (ISO 3166-1, in capital letters). */
export function nameOfCountry(code: string): string | undefined {
  return /^[A-Z]{2}$/.test(code) && code !== UNKNOWN_COUNTRY ? names.of(code) : undefined;
}

/** True for the code of a country, and for that of unknown addresses. */
export function isCountry(code: string): boolean {
  return code === UNKNOWN_COUNTRY || nameOfCountry(code) !== undefined;
}
