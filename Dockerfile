# syntax=docker/dockerfile:1
# docs/deployment.md says how to run it. A test takes these steps in a plain folder, so it understands the instructions
# that stand here and no others.

FROM node:24.21.0-bookworm-slim AS build
# It becomes the folder of the volume: empty, since nothing but the ledger's own may stand there.
WORKDIR /log_root
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY scripts/setup.mjs scripts/
COPY apps apps
COPY packages packages
RUN node scripts/setup.mjs --production && rm -r .toolchain

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
ENV HOST=0.0.0.0
ENV PORT=3000
ENV LOG_ROOT=/var/lib/session-ledger
# Without a file of keys there the server does not start: it is not to answer everybody.
ENV LEDGER_API_KEYS=/run/secrets/ledger_api_keys
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=1000:1000 --chmod=0700 /log_root /var/lib/session-ledger
VOLUME /var/lib/session-ledger
USER 1000:1000
EXPOSE 3000
# A store that takes nothing for now is no reason to end the process, so it asks whether the process answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --start-interval=1s --retries=3 CMD ["node", "apps/server/src/health_check.ts"]
# No shell and no npm in between, so that signals reach the server itself.
CMD ["node", "apps/server/src/main.ts"]
