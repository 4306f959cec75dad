/** File endings that are read as code. */
export const CODE = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro)$/;
