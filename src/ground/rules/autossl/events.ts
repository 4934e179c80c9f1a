// What AutoSSL notifies of.

/** WHM’s events, by the part of the metadata’s keys that enables them: `notify_autossl_expiry`. */
export const eventOf = {
  expiry: 'CertificateExpiring',
  expiry_coverage: 'CertificateExpiringCoverage',
  renewal: 'CertificateInstalled',
  renewal_coverage: 'CertificateRenewalCoverage',
  renewal_coverage_reduced: 'CertificateInstalledReducedCoverage',
  renewal_uncovered_domains: 'CertificateInstalledUncoveredDomains',
} as const;

export type Notice = keyof typeof eventOf;
