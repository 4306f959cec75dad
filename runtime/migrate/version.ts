/** The version of this package, as histories record it. A constant, so that no file is read at a service's start. */
export const toolVersion = "0.1.0";
