import { defineFunction } from '../../core/define.ts';
import { lookAtServiceCertificates, services } from '../../drivers/service-certificates/look.ts';
import { certificateAnswer, certificateFields } from '../../model/certificates/facts.ts';

export default defineFunction({
  name: 'fetch_service_ssl_components',
  since: 40,
  summary: 'List the certificates of the server’s own services.',
  description:
    'The services are cpanel (whmapi1d) and, if it is installed, dovecot. The response contains their private keys. If ' +
    'whmapi1d was started with --tls-cert, that certificate is shown, and its key is empty.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: {
    services: {
      list: {
        fields: {
          service: { type: 'string', doc: 'The name: cpanel or dovecot.' },
          service_description: { type: 'string', doc: 'What the service is.' },
          certificate: { type: 'string', doc: 'Its certificate (PEM).' },
          cabundle: { type: 'string', doc: 'The chain of the certificate (PEM), from its issuer on.' },
          key: { type: 'string', doc: 'Its private key (PEM).' },
          certificate_info: { fields: certificateFields, doc: 'What the certificate says.' },
        },
      },
      doc: 'The services.',
    },
  },
  list: 'services',
  columns: ['service', 'service_description'],
  examples: [{ args: {}, doc: 'List them.' }],

  async handler(_args, { machine, warn }) {
    const found = await lookAtServiceCertificates(machine, warn);
    return {
      services: found.map(({ service, certificate, issuers, key }) => ({
        service,
        service_description: services[service],
        certificate: certificate.pem,
        cabundle: issuers.map(({ pem }) => pem).join(''),
        key,
        certificate_info: certificateAnswer(certificate.facts),
      })),
    };
  },
});
