// Preact with tagged templates: no build step, and text is always text.
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
