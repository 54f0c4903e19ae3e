"""The public record of how a contest was decided."""
