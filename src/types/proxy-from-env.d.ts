declare module 'proxy-from-env' {
  /** The proxy that HTTPS_PROXY, NO_PROXY and their kin name for an address; empty where there is none. */
  export function getProxyForUrl(url: string): string;
}
