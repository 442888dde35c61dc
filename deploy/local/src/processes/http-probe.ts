const patienceMs = 2000;

/** True if a GET of the URL is answered with 200 within two seconds; throws if nothing answers. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  await response.body?.cancel();
  return response.status === 200;
}
