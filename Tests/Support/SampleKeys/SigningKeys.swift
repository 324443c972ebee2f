/// Keys of nobody, made for these tests.
package enum SigningKeys {
    /// For RS256.
    package static let rsa = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC6k9UtzGw5RUm0
        Iv3xEIe7KRPxx7dYWkJU4W7AMTnMCdUDdqNT25rWrVIN7Vaka344nBpoeZa2Ga2/
        7R2NAJJWrIYVHmPEX991BZJEY6M3Ba5gjSRUVXEaLuZY0c7d0gGWlU+bSl4myBNy
        90ulbMK2MlWU4By/yAI+dQ6d+73tXXkPwmwah1CL/lmqHp3hK7XP5WomAB0pPT2M
        U7odr5aPGfUa53EohHt6/MLKiYdkh7XGmSP9JXdubHbomGoi4IZ5jpGDjZpxpuKL
        uVrE1CNVbW5m7W8KhezGXPpRYHbjTt/p7dr0eplFPThgsZlGlG+IXGZabEscEEQs
        L+w5I9jBAgMBAAECggEAAYz43asEN3/jHF5Z1VUDhseBLx5PgJpL8LYIsEvccMzg
        Xolv8zKJHXmGa/+V67MJwxVPjiCcEz6AhF7Hcwh/Ht2rVd25OyynkBq8L+my1aJM
        RCjKJXIKGQtMnm58eVkdaqOqLCaMpKZ/LGKAKENglShzEAQikwi51YxuIxugdQqB
        ItlEhbYyMoS/SMp7Zgpe0+3ZU8i1MREmFwc4ZtzhYj1JxmwQF+QaxVzgqs75ZVwV
        PTgF20HEO3WyZb4OqfxcxxH/nZaa0mpFzGdCpVi/6Oao0u2eu7mqfeCCkbbZIzCe
        HzT7v/RqZbXF1K6ODOdJtCx5Z935Jop2tAxR9u0JkQKBgQDp8r2qWkm9ooujeL5M
        /xHLK5UWW7R355nfJ+80Gh0gIxE8WNzpgb1vl7V8ibeg0OFfP8JGHKTU9U20q+yO
        sGH3ydR/QBrjJILRROOOuZ8IThg/fH2PmmCVz6DQQOpp6/IVEC8u6ZeZDCRXAgFu
        Z9HpSXNNwkjCX5CnKQe8eiYIkQKBgQDMKgScoY8Sj7SLdtbuBuYSzZcWe0pk03/e
        f/n8NTM7SxVCA9QP4iOHoQ6RN8tQFJXA7TvSQo5UDdGKirYurLtbSHZzoQUw2CBp
        q58Mh5HtKaslLlGZilYtBqe+rsVBcNqEI93FTe4V/UTsUY17/jzCt3909sgzOFjX
        btVYFEtlMQKBgGZBIB9maVbGxiwEaYEz964K9ZYZLS8/fqToSohGZbaXPUBYQu6Z
        M5ikAcJWW3mh8u/z6VFF0dH3CijPAI15kMiCYivgdCAV5EvdxWyru1Qg9j5BhowO
        2OqCHvMHfK4hX+VO9qCVnxpZEUUqbj+4hyplXU1+ftjedlZp+6So6xjRAoGAAewP
        WQ4oU6torrtysJD+D4VB++MzQxm+pXCdAOPbVJ6TV6jDkVa2sOsyQOm+j0VyV3uk
        SYl434+1vlEp/+x+YxCelN4aN2iBfZ0xBSQtmob+5n22JPTpdMkQQTpR/xi55e6U
        guwF5s0YngTyiQ1OsyKZH5fHMLxCEd0oQwkF4LECgYEAjfu+gAvo273b4waN7Fna
        9Hs3bkfeo2FIj1Q8KXEvGNLuKq+6llho4TAuSwoFhMAI2YwWf38sJiCgLQLZ31J4
        KIapGycKkrGl2+siJwEQuprasQqpbLg55u6Dmh/csMUuyozOGTPI03TrO2Ry4eNs
        1x5zks8kOrq/kdNRmQL/KO4=
        -----END PRIVATE KEY-----
        """

    /// For ES256.
    package static let ec = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvjBPCKlNQfETIJQp
        uNq1lnXdOMqETjNFYQITVXJlgBqhRANCAATLbuGgWH7rcYe+mBDPnd6RCcDP5ZbI
        VEOp+skJshH3cJ2fXg0t6ynejjaCVqKLnjhCyCOw62WToQUNDeNplpyk
        -----END PRIVATE KEY-----
        """
}
