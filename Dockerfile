# The program in an image, built from the sources beside this file: for the hooks `annexa-docker` of pre-commit, and for
# `docker build --tag annexa .`. The image holds the program and nothing that a scan could run.
FROM rust:1.92-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo install --locked --path . --root /built

# annexa:ignore docker/healthcheck-missing it is a command and no service
FROM debian:bookworm-slim
COPY --from=build /built/bin/annexa /usr/local/bin/annexa
# Reading needs no rights; pre-commit runs it as whoever commits.
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["annexa"]
CMD ["scan"]
