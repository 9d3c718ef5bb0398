import { defineComponent } from "convex/server";
import { v } from "convex/values";

export default defineComponent("archive", { env: { ROUNDING: v.string() } });
