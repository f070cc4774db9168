import Inference
import Testing

@Suite struct ServedModelTests {
    @Test(arguments: [
        ("gpt-4o-2024-08-06", "gpt-4o"), ("gpt-4o", "gpt-4o"), ("openai/gpt-4o", "gpt-4o"), ("GPT-4o", "gpt-4o"),
        ("gpt-35-turbo-0613", "gpt-35-turbo"), ("mistral-large-2411", "mistral-large-latest"),
        ("claude-sonnet-5-20260101", "claude-sonnet-5"), ("llama3.2:latest", "llama3.2"),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1"), ("models/gemini-3-flash", "gemini-3-flash"),
        ("gemini-3-pro-preview-05-20", "gemini-3-pro"), ("scripted-2026", "scripted"),
        ("accounts/fireworks/models/kimi-k2", "kimi-k2"),
    ])
    func datesTagsAndFoldersAreNoOtherModel(served: String, asked: String) {
        #expect(ServedModel.isSame(served, as: asked))
    }

    @Test(arguments: [
        ("gpt-4o-mini", "gpt-4o"), ("gpt-4o", "gpt-4o-mini"), ("dear", "cheap"), ("gpt-6", "gpt-5"),
        ("claude-haiku-5", "claude-sonnet-5"), ("gpt-5.1", "gpt-5"), ("", "gpt-5"),
    ])
    func anotherModelIsAnother(served: String, asked: String) {
        #expect(!ServedModel.isSame(served, as: asked))
    }
}
