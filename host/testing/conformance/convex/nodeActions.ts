"use node";
import { v } from "convex/values";
import { action } from "./functions";

export const length = action({ args: { text: v.string() }, handler: (_ctx, { text }) => Promise.resolve(text.length) });
