"""Sign-in of brands' staff through an OpenID provider."""
