import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AbstractTokenizerFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * What the index of API keys is analysed with, and what the distribution from Maven leaves out together with all other analysers.
 * Lucene has the parts; this gives them the names that the mapping of that index uses.
 */
public final class SecurityIndexAnalysis extends Plugin implements AnalysisPlugin {

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Map.of(
        "pattern_capture", AnalysisPlugin.requiresAnalysisSettings(SecurityIndexAnalysis::patternCapture),
        "unique", SecurityIndexAnalysis::unique);
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Map.of("uax_url_email", SecurityIndexAnalysis::email);
  }

  @Override
  public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
    return List.of(PreConfiguredTokenFilter.singleton("unique", false, RemoveDuplicatesTokenFilter::new));
  }

  @Override
  public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
    return List.of(PreConfiguredTokenizer.singleton("uax_url_email", UAX29URLEmailTokenizer::new));
  }

  private static TokenFilterFactory patternCapture(
      IndexSettings index, Environment environment, String name, Settings settings) {
    var keepsOriginal = settings.getAsBoolean("preserve_original", true);
    var patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
    return new AbstractTokenFilterFactory(name) {
      @Override
      public TokenStream create(TokenStream tokens) {
        return new PatternCaptureGroupTokenFilter(tokens, keepsOriginal, patterns);
      }
    };
  }

  private static TokenFilterFactory unique(
      IndexSettings index, Environment environment, String name, Settings settings) {
    return new AbstractTokenFilterFactory(name) {
      @Override
      public TokenStream create(TokenStream tokens) {
        return new RemoveDuplicatesTokenFilter(tokens);
      }
    };
  }

  private static TokenizerFactory email(
      IndexSettings index, Environment environment, String name, Settings settings) {
    return new AbstractTokenizerFactory(name) {
      @Override
      public Tokenizer create() {
        return new UAX29URLEmailTokenizer();
      }
    };
  }
}
